import { useDeferredValue, useState } from "react";
import { ApiError } from "@/api/ApiError";
import { api } from "@/api/client";
import type { LibraryKind } from "@/api/types";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Field } from "@/components/Field";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { direction } from "@/lib/direction";
import { FaultsNote } from "./FaultsNote";
import { jsonLines } from "./jsonLines";

interface Props {
  ws: string;
  kind: LibraryKind;
  name?: string;
  /** The revision of the item that the text was made from: where another version came meanwhile, that is said before this one is kept. */
  behind?: number;
  start?: string;
  onClose: () => void;
  onDone: (name: string) => void;
}

/** A new name, or the next version of one that is there. */
export function AddVersion({ ws, kind, name: known, behind, start = "", onClose, onDone }: Props) {
  const [name, setName] = useState(known ?? "");
  const [text, setText] = useState(start);
  // large data are looked through after what is typed was shown
  const looked = useDeferredValue(text);
  const [note, setNote] = useState("");
  const [revision, setRevision] = useState(behind);
  const keep = async () => {
    try {
      return await api.post(`/workspaces/${ws}/library/${kind}`, { name, text: kind === "dataset" ? jsonLines(text) : text, note }, { ifMatch: revision });
    } catch (error) {
      // who presses again knows of the other version
      const there = error instanceof ApiError && error.status === 412 ? (error.problem.current as { revision?: number } | undefined) : undefined;
      if (there?.revision !== undefined) setRevision(there.revision);
      throw error;
    }
  };
  const save = useSave(keep, {
    keys: [["workspace", ws]],
    done: "Kept.",
    after: () => {
      onClose();
      onDone(name);
    },
  });
  return (
    <Dialog open wide title={known ? `New version of ${known}` : `Add a ${kind}`} onClose={onClose} actions={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" busy={save.isPending} disabled={!name || !text} onClick={() => save.mutate(undefined)}>Keep it</Button></>}>
      <div className="flex flex-col gap-3">
        {known ? null : <TextField label="Name" hint="Letters, digits, dot, underscore and hyphen" autoFocus value={name} onChange={setName} />}
        <Field label={kind === "prompt" ? "Text" : "Examples: JSON lines, a JSON list or a table; kept as JSON lines"}>
          {({ id }) => <textarea id={id} rows={12} spellCheck={false} dir={direction(text)} className="field prompt" value={text} onChange={(event) => setText(event.target.value)} />}
        </Field>
        {kind === "dataset" ? <input type="file" className="text-muted file:mr-3 file:min-h-7 file:rounded file:border file:border-hairline file:bg-panel file:px-2.5 file:font-medium file:text-ink hover:file:bg-hover" aria-label="Read from a file" accept=".jsonl,.json,.csv,.tsv" onChange={(event) => void event.target.files?.[0]?.text().then(setText)} /> : null}
        {kind === "dataset" ? <FaultsNote text={looked} /> : null}
        <TextField label="Note" placeholder="what is new in it" value={note} onChange={setNote} />
        {save.error ? <ErrorNote error={save.error} /> : null}
      </div>
    </Dialog>
  );
}
