import { Field } from "@/components/Field";
import { LONG } from "@/components/GrowingArea";
import { PromptText } from "@/components/PromptText";
import { direction } from "@/lib/direction";
import { PromptPick } from "./PromptPick";
import { variables } from "./runFile";

interface Props {
  value: string;
  columns: string[];
  missing: string[];
  workspace: string;
  onChange: (value: string) => void;
}

/** The prompt to beat: a text with `{{placeholders}}`, shown framed behind what is typed. */
export function PromptPart({ value, columns, missing, workspace, onChange }: Props) {
  const names = variables(value);
  return (
    <section>
      <div className="mb-1 flex items-end justify-between gap-3">
        <h2 className="plate">The prompt to beat</h2>
        <PromptPick workspace={workspace} onPick={onChange} />
      </div>
      <Field label="prompt.txt" error={missing.length ? `The data has no ${missing.map((name) => `{{${name}}}`).join(", ")}` : null} hint={names.length ? <>Filled from the data: {names.map((name) => `{{${name}}}`).join(", ")}{columns.length ? ". Every descendant keeps them." : ""}</> : "Write {{name}} where a column of the data is to stand."}>
        {({ id, describedBy }) => (
          <div className="relative rounded bg-panel">
            {value.length > LONG ? null : <pre aria-hidden="true" className="prompt pointer-events-none absolute inset-0 overflow-hidden border border-transparent px-[10px] py-[5px] text-transparent"><PromptText text={`${value}\n`} /></pre>}
            <textarea id={id} aria-describedby={describedBy} aria-invalid={missing.length ? true : undefined} spellCheck={false} dir={direction(value)} className={`field prompt relative block !bg-transparent min-h-32 ${value.length > LONG ? "h-96 resize-y" : "resize-none overflow-hidden [field-sizing:content]"}`} rows={7} value={value} onChange={(event) => onChange(event.target.value)} />
          </div>
        )}
      </Field>
    </section>
  );
}
