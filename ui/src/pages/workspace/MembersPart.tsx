import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { invitationsQuery, membersQuery } from "@/api/queries";
import type { Invitation, Member, RoleName } from "@/api/types";
import { useMay, useSession } from "@/app/useSession";
import { Button } from "@/components/Button";
import { Confirm } from "@/components/Confirm";
import { CopyButton } from "@/components/CopyButton";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Section";
import { Select } from "@/components/Select";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { moment } from "@/lib/format";

const ROLES = [["viewer", "viewer: reads and comments"], ["user", "user: runs and edits too"], ["admin", "admin: members, keys, deletion too"]] as const;
const SHORT = [["viewer", "viewer"], ["user", "user"], ["admin", "admin"]] as const;

export function MembersPart({ ws }: { ws: string }) {
  const may = useMay(ws);
  const manage = may("manage_members");
  return (
    <>
      <Members ws={ws} manage={manage} />
      {manage ? <Invitations ws={ws} /> : null}
    </>
  );
}

function Members({ ws, manage }: { ws: string; manage: boolean }) {
  const session = useSession();
  const members = useQuery(membersQuery(ws));
  const key = membersQuery(ws).queryKey;
  const change = useSave(({ member, role }: { member: Member; role: RoleName }) => api.patch(`/workspaces/${ws}/members/${member.user}`, { role }, { ifMatch: member.revision }), { keys: [key] });
  const remove = useSave((member: Member) => api.delete(`/workspaces/${ws}/members/${member.user}`), { keys: [key], done: "Removed." });
  return (
    <Section title="Members" about="Who shares this workspace, and what they may do.">
      {members.isPending ? <Loading /> : null}
      {members.error ? <ErrorNote error={members.error} /> : null}
      {members.data ? (
        <div className="overflow-x-auto">
          <table className="grid-table">
            <thead><tr><th scope="col">Name</th><th scope="col">Login</th><th scope="col">Role</th><th scope="col">Since</th>{manage ? <th scope="col"><span className="sr-only">Actions</span></th> : null}</tr></thead>
            <tbody>
              {members.data.items.map((member) => (
                <tr key={member.user}>
                  <td>{member.name || member.login}{member.user === session.user?.id ? <span className="text-muted"> (you)</span> : null}</td>
                  <td className="text-muted">{member.login}</td>
                  <td>
                    {manage ? (
                      <select aria-label={`Role of ${member.login}`} className="rounded border border-hairline bg-panel px-1.5 min-h-7" value={member.role} onChange={(event) => change.mutate({ member, role: event.target.value as RoleName })}>
                        {SHORT.map(([role, name]) => <option key={role} value={role}>{name}</option>)}
                      </select>
                    ) : member.role}
                  </td>
                  <td className="whitespace-nowrap text-muted">{new Date(member.since).toISOString().slice(0, 10)}</td>
                  {manage ? <td className="num"><Confirm label="Remove" title={`Remove ${member.login}?`} confirm="Remove" onConfirm={() => remove.mutate(member)}>Their runs stay, and the links that they made show nothing any more. They can be invited again.</Confirm></td> : null}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
    </Section>
  );
}

function Invitations({ ws }: { ws: string }) {
  const invitations = useQuery(invitationsQuery(ws));
  const key = invitationsQuery(ws).queryKey;
  const [role, setRole] = useState<RoleName>("user");
  const [note, setNote] = useState("");
  const [link, setLink] = useState<string | null>(null);
  const invite = useSave(() => api.post<{ link: string; secret: string; invitation: Invitation }>(`/workspaces/${ws}/invitations`, { role, note }), { keys: [key], after: (made) => { setLink(made.link.startsWith("http") ? made.link : new URL(made.link, location.origin).href); setNote(""); } });
  const revoke = useSave((id: string) => api.delete(`/workspaces/${ws}/invitations/${id}`), { keys: [key], done: "The invitation is void." });
  return (
    <Section title="Invitations" about="A link for one person. Whoever opens it joins with its role.">
      {invitations.data?.items.length ? (
        <div className="overflow-x-auto"><table className="grid-table mb-4">
          <thead><tr><th scope="col">Role</th><th scope="col">Note</th><th scope="col">Good until</th><th scope="col"><span className="sr-only">Actions</span></th></tr></thead>
          <tbody>{invitations.data.items.map((one) => <tr key={one.id}><td>{one.role}</td><td className="text-muted">{one.note}</td><td>{moment(one.expires)}</td><td className="num"><Button onClick={() => revoke.mutate(one.id)}>Take back</Button></td></tr>)}</tbody>
        </table></div>
      ) : null}
      {link ? (
        <div className="my-3 rounded border border-accent p-3">
          <p>Send this link to one person; it is shown this once.</p>
          <div className="mt-1 flex flex-wrap items-center gap-2"><code className="font-mono text-small break-all">{link}</code><CopyButton text={link} what="The link is copied." /></div>
        </div>
      ) : null}
      <form className="grid items-end gap-3 sm:grid-cols-3" onSubmit={(event) => { event.preventDefault(); invite.mutate(undefined); }}>
        <Select label="Role" value={role} options={ROLES} onChange={setRole} />
        <TextField label="Note" placeholder="for whom" value={note} onChange={setNote} />
        <Button type="submit" kind="primary" className="min-h-8 justify-self-start" busy={invite.isPending}>Make an invitation</Button>
      </form>
    </Section>
  );
}
