import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { tokensQuery } from "@/api/queries";
import type { ApiToken, RoleName } from "@/api/types";
import { useSession } from "@/app/useSession";
import { Button } from "@/components/Button";
import { Confirm } from "@/components/Confirm";
import { CopyButton } from "@/components/CopyButton";
import { ErrorNote } from "@/components/ErrorNote";
import { Section } from "@/components/Section";
import { Select } from "@/components/Select";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { ago } from "@/lib/format";

/** One's own tokens and password. */
export function AccountPage() {
  const session = useSession();
  return (
    <div className="px-4 py-5 sm:px-6">
      <h1 className="sr-only">Account</h1>
      <Tokens />
      <HowToUse workspace={session.workspaces[0]?.id ?? "local"} />
      {session.mode !== "accounts" ? null : session.ways.supabase?.session ? <SupabasePassword /> : <Password />}
      <p className="border-t border-rule pt-6 text-muted">Promptclade {session.version}. No telemetry; nothing leaves this server but the calls your runs make. <a className="link" href="/api/v1/openapi.json">The API’s description</a></p>
    </div>
  );
}

/** What a program does with a token. */
function HowToUse({ workspace }: { workspace: string }) {
  const shell = [`export CLADE_SERVER=${location.origin} CLADE_TOKEN=clade_…`, "clade list", `curl -H "Authorization: Bearer $CLADE_TOKEN" $CLADE_SERVER/api/v1/workspaces/${workspace}/runs`].join("\n");
  return (
    <Section title="How it is used" about="The command line, programs and agents send it with each request.">
      <pre className="prompt rounded border border-hairline bg-panel p-4" tabIndex={0} role="group" aria-label="A token in a shell">{shell}</pre>
      <p className="mt-2 text-muted">Agents find the server’s tools at <code className="font-mono text-small">{location.origin}/mcp</code>.</p>
    </Section>
  );
}

const DAYS = [["30", "30 days"], ["90", "90 days"], ["365", "a year"], ["", "no end"]] as const;

function Tokens() {
  const session = useSession();
  const tokens = useQuery(tokensQuery);
  const [name, setName] = useState("");
  const [ceiling, setCeiling] = useState<RoleName>("user");
  const [workspace, setWorkspace] = useState("");
  const [days, setDays] = useState<string>("90");
  const [made, setMade] = useState<string | null>(null);
  const add = useSave(
    () => api.post<{ secret: string; token: ApiToken }>("/tokens", { name, ceiling, ...(workspace ? { workspace } : {}), ...(days ? { days: Number(days) } : {}) }),
    { keys: [tokensQuery.queryKey], after: ({ secret }) => { setMade(secret); setName(""); } },
  );
  const remove = useSave((id: string) => api.delete(`/tokens/${id}`), { keys: [tokensQuery.queryKey], done: "The token is revoked." });
  return (
    <Section title="API tokens" about="For programs. A token never may more than you, and never more than its ceiling.">
      {tokens.error ? <ErrorNote error={tokens.error} /> : null}
      {tokens.data?.items.length ? (
        <div className="overflow-x-auto">
          <table className="grid-table">
            <thead><tr><th scope="col">Name</th><th scope="col">Begins with</th><th scope="col">Ceiling</th><th scope="col">Workspace</th><th scope="col">Expires</th><th scope="col">Last used</th><th scope="col"><span className="sr-only">Actions</span></th></tr></thead>
            <tbody>
              {tokens.data.items.map((token) => (
                <tr key={token.id}>
                  <td>{token.name}</td><td className="font-mono text-small">{token.hint}…</td><td>{token.ceiling}</td><td>{token.workspace ?? "all"}</td>
                  <td className="whitespace-nowrap">{token.expires ? new Date(token.expires).toISOString().slice(0, 10) : "never"}</td><td className="whitespace-nowrap text-muted">{token.last_used ? ago(token.last_used) : "never"}</td>
                  <td className="num"><Confirm label="Revoke" title={`Revoke ${token.name}?`} confirm="Revoke" onConfirm={() => remove.mutate(token.id)}>Programs that use it are shut out at once.</Confirm></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : <p className="text-muted">None yet.</p>}
      {made ? (
        <div className="my-3 rounded border border-accent p-3">
          <p>Copy it now: it is shown this once.</p>
          <div className="mt-1 flex flex-wrap items-center gap-2"><code className="font-mono text-small break-all">{made}</code><CopyButton text={made} what="The token is copied." /></div>
        </div>
      ) : null}
      <form className="mt-4 grid items-end gap-3 sm:grid-cols-5" onSubmit={(event) => { event.preventDefault(); add.mutate(undefined); }}>
        <TextField label="Name" required value={name} onChange={setName} />
        <Select label="Ceiling" value={ceiling} options={[["viewer", "viewer"], ["user", "user"], ["admin", "admin"], ...(session.user?.instance_admin ? [["instance", "instance admin"] as const] : [])]} onChange={setCeiling} />
        <Select label="Workspace" value={workspace} options={[["", "all of mine"], ...session.workspaces.map((one) => [one.id, one.name] as const)]} onChange={setWorkspace} />
        <Select label="Good for" value={days} options={DAYS} onChange={setDays} />
        <Button type="submit" className="min-h-8 justify-self-start" busy={add.isPending}>Make a token</Button>
      </form>
    </Section>
  );
}

/** A new password at the Supabase project; a recovery leads here too, so the old one is not asked for. */
function SupabasePassword() {
  const [next, setNext] = useState("");
  const save = useSave(() => api.put("/session/supabase/password", { password: next }), { keys: [], done: "Changed.", after: () => setNext("") });
  return (
    <Section title="Password" about="The one with which you sign in at the Supabase project.">
      <form className="grid items-end gap-3 sm:grid-cols-3" onSubmit={(event) => { event.preventDefault(); save.mutate(undefined); }}>
        <TextField label="New password" type="password" autoComplete="new-password" required value={next} onChange={setNext} />
        <Button type="submit" className="min-h-8 justify-self-start" busy={save.isPending}>Change it</Button>
      </form>
    </Section>
  );
}

function Password() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { least_password: least } = useSession();
  const [old, setOld] = useState("");
  const [next, setNext] = useState("");
  const save = useSave(() => api.post("/session/password", { old, new: next }), { keys: [], done: "Changed. You are signed out everywhere.", after: () => { client.clear(); void navigate({ to: "/sign-in" }); } });
  return (
    <Section title="Password" about="A new one signs you out everywhere and ends all your tokens.">
      <form className="grid items-start gap-3 sm:grid-cols-3" onSubmit={(event) => { event.preventDefault(); save.mutate(undefined); }}>
        <TextField label="Old password" type="password" autoComplete="current-password" required value={old} onChange={setOld} />
        <TextField label="New password" type="password" hint={`At least ${least} characters`} minLength={least} autoComplete="new-password" required value={next} onChange={setNext} />
        <Button type="submit" className="min-h-8 justify-self-start sm:mt-[22px]" busy={save.isPending}>Change it</Button>
      </form>
    </Section>
  );
}
