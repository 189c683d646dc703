import { useQuery } from "@tanstack/react-query";
import { libraryQuery } from "@/api/queries";
import { Field } from "@/components/Field";
import { PromptText } from "@/components/PromptText";
import { LibraryPick } from "./LibraryPick";
import { variables } from "./runFile";

interface Props {
  value: string;
  columns: string[];
  missing: string[];
  workspace: string;
  onChange: (value: string) => void;
}

/** Beyond so many characters the field keeps its height and frames nothing: both would lay the whole text out at each key. */
const LONG = 30_000;

/** The prompt to beat: a text with `{{placeholders}}`, shown framed behind what is typed. */
export function PromptPart({ value, columns, missing, workspace, onChange }: Props) {
  const saved = useQuery(libraryQuery(workspace, "prompt"));
  const names = variables(value);
  return (
    <section>
      <div className="flex items-end justify-between gap-3">
        <h2 className="plate">The prompt to beat</h2>
        <LibraryPick workspace={workspace} kind="prompt" items={saved.data?.items ?? []} onPick={onChange} />
      </div>
      <Field label="prompt.txt" error={missing.length ? `The data has no ${missing.map((name) => `{{${name}}}`).join(", ")}` : null} hint={names.length ? <>Filled from the data: {names.map((name) => `{{${name}}}`).join(", ")}{columns.length ? ". Every descendant keeps them." : ""}</> : "Write {{name}} where a column of the data is to stand."}>
        {({ id, describedBy }) => (
          <div className="relative rounded bg-panel">
            {value.length > LONG ? null : <pre aria-hidden="true" className="prompt pointer-events-none absolute inset-0 overflow-hidden border border-transparent px-[10px] py-[5px] text-transparent"><PromptText text={`${value}\n`} /></pre>}
            <textarea id={id} aria-describedby={describedBy} aria-invalid={missing.length ? true : undefined} spellCheck={false} dir="auto" className={`field prompt relative block !bg-transparent min-h-32 ${value.length > LONG ? "h-96 resize-y" : "resize-none overflow-hidden [field-sizing:content]"}`} rows={7} value={value} onChange={(event) => onChange(event.target.value)} />
          </div>
        )}
      </Field>
    </section>
  );
}
