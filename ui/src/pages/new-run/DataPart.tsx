import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { libraryQuery } from "@/api/queries";
import type { LibraryItem } from "@/api/types";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Field } from "@/components/Field";
import { bytes, plural } from "@/lib/format";
import { LibraryPick } from "./LibraryPick";
import type { Preview } from "./preview";
import type { Saved } from "./saved";

interface Props {
  value: string;
  /** The data set of the workspace that the run file names; editing makes pasted data of it. */
  named: Saved | null;
  error: Error | null;
  /** What there is to say where there are none. */
  missing: string | null;
  preview: Preview;
  workspace: string;
  onChange: (value: string) => void;
  onPick: (item: LibraryItem) => void;
}

/** The examples: pasted, from a file or from the workspace, with a look at the first rows. */
export function DataPart({ value, named, error, missing, preview, workspace, onChange, onPick }: Props) {
  const saved = useQuery(libraryQuery(workspace, "dataset"));
  const [editing, setEditing] = useState(false);
  const large = value.length > 200_000;
  const take = (file: File | undefined) => {
    if (file) void file.text().then(onChange);
  };
  return (
    <section
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer.files[0]);
      }}
    >
      <div className="mb-1 flex flex-wrap items-end justify-between gap-3">
        <h2 className="plate">Examples</h2>
        <div className="flex flex-wrap items-center gap-2">
          <LibraryPick items={saved.data?.items ?? []} onPick={onPick} />
          <label className="inline-flex min-h-7 cursor-pointer items-center rounded border border-hairline bg-panel px-2.5 font-medium focus-within:outline-2 focus-within:outline-accent hover:bg-hover">
            Choose a file
            <input type="file" accept=".jsonl,.json,.csv,.tsv,.txt" className="sr-only" onChange={(event) => take(event.target.files?.[0])} />
          </label>
          {value ? <Button aria-pressed={editing} onClick={() => setEditing(!editing)}>{editing ? "Preview" : "Edit"}</Button> : null}
        </div>
      </div>
      {error ? <ErrorNote error={error} className="mb-2" /> : null}
      {value && !editing ? (
        <>
          <p className="text-muted">{named ? <><span className="font-medium text-ink">{named.name}</span>{named.version ? `, ${/^\d+$/.test(named.version) ? "version " : ""}${named.version}` : ", newest version"}, of this workspace: </> : null}{preview.kind}, {plural(preview.count, "example")}, {bytes(value.length)}{preview.error ? <span className="text-lost">: {preview.error}</span> : null}</p>
          <div className="mt-1 max-h-64 overflow-auto">
            <table className="grid-table">
              <thead><tr>{preview.columns.map((name) => <th key={name} scope="col" className="!normal-case font-mono">{name}</th>)}</tr></thead>
              <tbody>{preview.rows.map((row, at) => <tr key={at}>{preview.columns.map((name) => <td key={name} className="max-w-72 truncate" dir="auto">{row[name]}</td>)}</tr>)}</tbody>
            </table>
          </div>
        </>
      ) : (
        <Field label="One JSON object a line, a JSON list, or a table with a header" error={missing ? `${missing}: paste some here, choose a file, or a dataset of the workspace.` : null} hint={large ? "Large data is edited better in a file." : "Columns are the names that prompts and checks use. Drop a file here to read it."}>
          {({ id, describedBy }) => <textarea id={id} aria-describedby={describedBy} spellCheck={false} className="field prompt" rows={6} readOnly={large} placeholder={'{"question": "Two and two?", "answer": "4"}'} value={large ? `${value.slice(0, 200_000)}\n…` : value} onChange={(event) => onChange(event.target.value)} />}
        </Field>
      )}
    </section>
  );
}
