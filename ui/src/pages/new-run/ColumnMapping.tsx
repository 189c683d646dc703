import { useState } from "react";
import { Button } from "@/components/Button";
import { InlineSelect } from "@/components/InlineSelect";

interface Props {
  /** Names that the prompt or the check uses and the data has not. */
  missing: string[];
  columns: string[];
  /** Names of columns and what each is called from now on. */
  onRename: (names: ReadonlyMap<string, string>) => void;
}

/** Says which column of the data is meant by each name that is used and not there; the data are renamed, so that the run file stays plain. */
export function ColumnMapping({ missing, columns, onRename }: Props) {
  const [chosen, setChosen] = useState<Record<string, string>>({});
  if (!missing.length) return null;
  const names = new Map(missing.flatMap((name) => (chosen[name] ? [[chosen[name], name] as const] : [])));
  const options = [["", "–"], ...columns.map((name) => [name, name] as const)] as const;
  return (
    <fieldset className="mt-2 rounded border border-lost p-3">
      <legend className="px-1 text-small font-medium">Which columns are meant?</legend>
      <div className="flex flex-wrap items-center gap-x-5 gap-y-2">
        {missing.map((name) => <InlineSelect key={name} label={`{{${name}}} is`} value={chosen[name] ?? ""} options={options} onChange={(column) => setChosen({ ...chosen, [name]: column })} />)}
        <Button kind="primary" disabled={!names.size} onClick={() => { onRename(names); setChosen({}); }}>Rename the columns</Button>
      </div>
    </fieldset>
  );
}
