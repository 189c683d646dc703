import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { api, setCsrf } from "@/api/client";
import { sessionQuery } from "@/api/queries";
import type { RoleName, Session } from "@/api/types";
import { Mark } from "@/app/Mark";
import { useSession } from "@/app/useSession";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { TextField } from "@/components/TextField";
import { moment } from "@/lib/format";

interface Invited {
  workspace: string;
  workspace_name: string;
  role: RoleName;
  note: string;
  expires: number;
}

/** An invitation link. The secret stands behind `#`, so that no server log holds it. */
export function JoinPage() {
  const [secret] = useState(() => location.hash.slice(1));
  const session = useSession();
  const client = useQueryClient();
  const router = useRouter();
  const navigate = useNavigate();
  const [login, setLogin] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const look = useQuery({ queryKey: ["invitation", secret], queryFn: () => api.post<Invited>("/invitations/look", { secret }), enabled: secret !== "", retry: false });
  const accept = useMutation({
    mutationFn: () => api.post<Session>("/invitations/accept", session.user ? { secret } : { secret, login, name, password }),
    onSuccess: (next) => {
      setCsrf(next.csrf);
      client.setQueryData(sessionQuery.queryKey, next);
      void router.invalidate().then(() => navigate({ to: "/w/$ws", params: { ws: look.data?.workspace ?? next.workspaces[0]?.id ?? "" } }));
    },
  });
  if (!secret) return <EmptyState title="This link is not whole">An invitation ends with a long secret behind a # sign. Copy the whole link.</EmptyState>;
  if (look.isPending) return <Loading what="Reading the invitation" />;
  return (
    <div className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center px-6 py-16">
      <div className="mb-6 flex items-center gap-2"><Mark /><h1 className="font-serif text-[1.625rem]">Promptclade</h1></div>
      {look.error ? <ErrorNote error={look.error} /> : null}
      {look.data ? (
        <form
          className="flex flex-col gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            accept.mutate();
          }}
        >
          <p className="text-lead">You are invited to <b>{look.data.workspace_name}</b> as {look.data.role}.</p>
          {look.data.note ? <p className="text-muted" dir="auto">{look.data.note}</p> : null}
          <p className="text-muted">Good until {moment(look.data.expires)}.</p>
          {session.user ? (
            <p>You join as <b>{session.user.login}</b>.</p>
          ) : (
            <>
              <TextField label="Login" hint="What you sign in with" autoComplete="username" required value={login} onChange={setLogin} />
              <TextField label="Name" hint="What others see" autoComplete="name" value={name} onChange={setName} />
              <TextField label="Password" type="password" hint={`At least ${session.least_password} characters`} minLength={session.least_password} autoComplete="new-password" required value={password} onChange={setPassword} />
            </>
          )}
          {accept.error ? <ErrorNote error={accept.error} /> : null}
          <Button type="submit" kind="primary" busy={accept.isPending}>Join</Button>
        </form>
      ) : null}
    </div>
  );
}
