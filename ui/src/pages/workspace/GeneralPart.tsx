import { useState } from "react";
import { api } from "@/api/client";
import { sessionQuery, workspaceQuery } from "@/api/queries";
import type { Workspace } from "@/api/types";
import { useMay, useSession } from "@/app/useSession";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { Section } from "@/components/Section";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";

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
  return (
    <>
      <Section title="General">
        <form className="flex max-w-lg flex-col gap-4" onSubmit={(event) => { event.preventDefault(); save.mutate(undefined); }}>
          <TextField label="Name" readOnly={!edits} required value={name} onChange={setName} />
          <Field label="Own addresses of models" hint="One a line. Runs may call these beside the providers’ own addresses, with any of the workspace’s keys.">
            {({ id, describedBy }) => <textarea id={id} aria-describedby={describedBy} readOnly={!edits} rows={3} className="field font-mono !text-small" value={urls} onChange={(event) => setUrls(event.target.value)} />}
          </Field>
          {edits ? <div><Button type="submit" kind="primary" busy={save.isPending}>Save</Button></div> : null}
        </form>
      </Section>
      {session.mode === "accounts" ? null : (
        <Section title="Keys" about="You are alone on this server: keys of providers come from its environment, such as OPENAI_API_KEY. They are never shown, stored with a run or exported.">
          <span />
        </Section>
      )}
    </>
  );
}
