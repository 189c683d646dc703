import { useState } from "react";
import { Field } from "@/components/Field";
import { linesOf } from "./runFile";

/** Frozen text, one a line. What is typed stands as it is typed: an empty line is none of the file's, but the next one begins with it. */
export function FrozenField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [typed, setTyped] = useState(value);
  // the file may say something else meanwhile
  const shown = linesOf(typed).join("\n") === value ? typed : value;
  return (
    <Field label="Frozen text" hint="One a line. Every descendant keeps it word for word.">
      {({ id, describedBy }) => <textarea id={id} aria-describedby={describedBy} rows={2} spellCheck={false} className="field prompt [field-sizing:content]" value={shown} onChange={(event) => { setTyped(event.target.value); onChange(event.target.value); }} />}
    </Field>
  );
}
