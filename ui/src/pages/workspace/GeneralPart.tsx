import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { sessionQuery, spentQuery, workspaceQuery } from "@/api/queries";
import type { Workspace } from "@/api/types";
import { useMay, useSession } from "@/app/useSession";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { Section } from "@/components/Section";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { count, plural, usd } from "@/lib/format";

export function GeneralPart({ workspace }: { workspace: Workspace }) {
  const may = useMay(workspace.id);
  const session = useSession();
  const [name, setName] = useState(workspace.name);
  const [urls, setUrls] = useState(workspace.base_urls.join("\n"));
  const save = useSave(
    () => api.patch(`/workspaces/${workspace.id}`, { name, base_urls: urls.split("\n").map((line) => line.trim()).filter(Boolean) }, { ifMatch: workspace.revision }),
    { keys: [workspaceQuery(workspace.id).queryKey, sessionQuery.queryKey], done: "Saved." },
  );
  const edits = may("change_workspace");
  const { data: bought } = useQuery(spentQuery(workspace.id));
  const role = session.workspaces.find((one) => one.id === workspace.id)?.role;
  return (
    <>
      <Section title="About" about="What commands, the API and links call this workspace, and what it has bought.">
        <dl className="grid grid-cols-[auto_1fr] gap-x-8 gap-y-1.5">
          <dt className="text-muted">Id</dt><dd className="font-mono text-small">{workspace.id}</dd>
          <dt className="text-muted">Since</dt><dd>{new Date(workspace.created).toISOString().slice(0, 10)}</dd>
          {role ? <><dt className="text-muted">You are</dt><dd>{role}</dd></> : null}
          <dt className="text-muted">Bought</dt><dd>{bought ? `${plural(bought.all.calls, "call")}, ${usd(bought.all.usd)}, ${count(bought.all.tokens)} tokens` : "–"}</dd>
        </dl>
      </Section>
      <Section title="Name and models" about="Runs may call these addresses beside the providers’ own, with any of the workspace’s keys.">
        <form className="flex max-w-lg flex-col gap-4" onSubmit={(event) => { event.preventDefault(); save.mutate(undefined); }}>
          <TextField label="Name" readOnly={!edits} required value={name} onChange={setName} />
          <Field label="Own addresses of models" hint="One a line, such as https://models.example.com/v1.">
            {({ id, describedBy }) => <textarea id={id} aria-describedby={describedBy} readOnly={!edits} rows={3} className="field font-mono !text-small" value={urls} onChange={(event) => setUrls(event.target.value)} />}
          </Field>
          {edits ? <div><Button type="submit" kind="primary" busy={save.isPending}>Save</Button></div> : null}
        </form>
      </Section>
      {session.mode === "accounts" ? null : (
        <Section title="Keys" about="Never shown, stored with a run or exported.">
          <p className="max-w-2xl">You are alone on this server: keys of providers come from its environment, such as <code className="font-mono text-small">OPENAI_API_KEY</code>.</p>
        </Section>
      )}
    </>
  );
}
