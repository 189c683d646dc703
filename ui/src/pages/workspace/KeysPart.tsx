import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { useNames } from "@/api/useNames";
import { keysQuery } from "@/api/queries";
import { useMay } from "@/app/useSession";
import { Button } from "@/components/Button";
import { Confirm } from "@/components/Confirm";
import { ErrorNote } from "@/components/ErrorNote";
import { Section } from "@/components/Section";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { ago, moment } from "@/lib/format";

const USUAL = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "MISTRAL_API_KEY", "OPENROUTER_API_KEY", "GROQ_API_KEY", "DEEPSEEK_API_KEY"];

/** Keys can be set, replaced and removed; nobody can read one. */
export function KeysPart({ ws }: { ws: string }) {
  const may = useMay(ws);
  const keys = useQuery(keysQuery(ws));
  const names = useNames(ws);
  const key = keysQuery(ws).queryKey;
  const [name, setName] = useState("OPENAI_API_KEY");
  const [secret, setSecret] = useState("");
  const save = useSave(() => api.put(`/workspaces/${ws}/keys/${encodeURIComponent(name)}`, { key: secret }), { keys: [key], done: "The key is set.", after: () => setSecret("") });
  const remove = useSave((name: string) => api.delete(`/workspaces/${ws}/keys/${encodeURIComponent(name)}`), { keys: [key], done: "The key is removed." });
  const manage = may("manage_keys");
  return (
    <Section title="Provider keys" about="Runs of this workspace call providers with these. They are sealed on the server, never shown again, and in no run, log or export.">
      {keys.error ? <ErrorNote error={keys.error} /> : null}
      {keys.data?.items.length ? (
        <div className="overflow-x-auto"><table className="grid-table mb-4">
          <thead><tr><th scope="col">Name</th><th scope="col">Set by</th><th scope="col">When</th>{manage ? <th scope="col"><span className="sr-only">Actions</span></th> : null}</tr></thead>
          <tbody>
            {keys.data.items.map((one) => (
              <tr key={one.name}><td className="font-mono text-small">{one.name}</td><td>{names[one.by] ?? one.by}</td><td className="text-muted" title={moment(one.at)}>{ago(one.at)}</td>{manage ? <td className="num"><Confirm label="Remove" title={`Remove ${one.name}?`} confirm="Remove" onConfirm={() => remove.mutate(one.name)}>Runs that need it stop at their next call.</Confirm></td> : null}</tr>
            ))}
          </tbody>
        </table></div>
      ) : <p className="mb-4 text-muted">None is set. The simulated models need none.</p>}
      {manage ? (
        <form className="grid items-end gap-3 sm:grid-cols-3" autoComplete="off" onSubmit={(event) => { event.preventDefault(); save.mutate(undefined); }}>
          <TextField label="Name" list="usual-keys" required value={name} onChange={setName} />
          <datalist id="usual-keys">{USUAL.map((one) => <option key={one} value={one} />)}</datalist>
          <TextField label="Key" type="password" autoComplete="new-password" required value={secret} onChange={setSecret} />
          <Button type="submit" kind="primary" className="min-h-8 justify-self-start" busy={save.isPending}>Set the key</Button>
        </form>
      ) : null}
    </Section>
  );
}
