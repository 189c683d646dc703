import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { sessionQuery, usersQuery } from "@/api/queries";
import type { User } from "@/api/types";
import { Link } from "@tanstack/react-router";
import { useSession } from "@/app/useSession";
import { Button, buttonClass } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Section";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { AuditLog } from "../workspace/AuditLog";

/** For instance admins: everybody, new workspaces, and who changed what of these. */
export function PeoplePage() {
  const { actions } = useSession();
  const [people, workspaces] = [actions.includes("manage_users"), actions.includes("manage_workspaces")];
  if (!people && !workspaces) return <EmptyState title="People and workspaces are not yours to manage" actions={<Link to="/" className={buttonClass()}>Runs</Link>}>Instance admins do that. Whoever keeps this server can make you one.</EmptyState>;
  return (
    <div className="px-4 py-5 sm:px-6">
      <h1 className="sr-only">People and workspaces</h1>
      {people ? <People /> : null}
      {workspaces ? <NewWorkspace /> : null}
      {people ? <AuditLog path="" title="Audit log of this installation" about="What belongs to no workspace: accounts, their rights, and workspaces that came and went. Each workspace has a log of its own in its settings." /> : null}
    </div>
  );
}

function People() {
  const { least_password: least } = useSession();
  const users = useQuery(usersQuery);
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const add = useSave(() => api.post("/users", { login, name, password, instance_admin: false }), { keys: [usersQuery.queryKey], done: "The account is there.", after: () => { setLogin(""); setName(""); setPassword(""); } });
  const change = useSave(({ user, ...body }: { user: User; disabled?: boolean; instance_admin?: boolean }) => api.patch(`/users/${user.id}`, body, { ifMatch: user.revision }), { keys: [usersQuery.queryKey] });
  return (
    <Section title="People" about="Everybody with an account here. Most people join by an invitation to a workspace instead.">
      {users.isPending ? <Loading /> : null}
      {users.error ? <ErrorNote error={users.error} /> : null}
      {users.data ? (
        <div className="overflow-x-auto">
          <table className="grid-table">
            <thead><tr><th scope="col">Login</th><th scope="col">Name</th><th scope="col">Rights</th><th scope="col"><span className="sr-only">Actions</span></th></tr></thead>
            <tbody>
              {users.data.items.map((user) => (
                <tr key={user.id}>
                  <td>{user.login}</td><td>{user.name}</td>
                  <td className="text-muted">{user.instance_admin ? "instance admin" : ""}{user.disabled ? " disabled" : ""}</td>
                  <td className="num"><div className="flex flex-wrap justify-end gap-2"><Button onClick={() => change.mutate({ user, instance_admin: !user.instance_admin })}>{user.instance_admin ? "Take admin away" : "Make admin"}</Button><Button onClick={() => change.mutate({ user, disabled: !user.disabled })}>{user.disabled ? "Enable" : "Disable"}</Button></div></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      <form className="mt-4 grid items-start gap-3 sm:grid-cols-4" onSubmit={(event) => { event.preventDefault(); add.mutate(undefined); }}>
        <TextField label="Login" required value={login} onChange={setLogin} />
        <TextField label="Name" value={name} onChange={setName} />
        <TextField label="Password" type="password" hint={`At least ${least} characters`} minLength={least} autoComplete="new-password" required value={password} onChange={setPassword} />
        <Button type="submit" className="min-h-8 justify-self-start sm:mt-[22px]" busy={add.isPending}>Add a person</Button>
      </form>
    </Section>
  );
}

function NewWorkspace() {
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const add = useSave(() => api.post("/workspaces", { id, name }), { keys: [sessionQuery.queryKey], done: "The workspace is there; you are its admin.", after: () => { setId(""); setName(""); } });
  return (
    <Section title="A new workspace" about="Runs, prompts, keys and budgets belong to a workspace; nothing of it is seen from outside.">
      <form className="grid items-start gap-3 sm:grid-cols-3" onSubmit={(event) => { event.preventDefault(); add.mutate(undefined); }}>
        <TextField label="Id" hint="4 to 40 of a-z, 0-9 and -" required pattern="[a-z0-9\-]{4,40}" value={id} onChange={setId} />
        <TextField label="Name" required value={name} onChange={setName} />
        <Button type="submit" className="min-h-8 justify-self-start sm:mt-[22px]" busy={add.isPending}>Add the workspace</Button>
      </form>
    </Section>
  );
}
