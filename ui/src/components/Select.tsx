import type { ReactNode } from "react";
import { Field } from "./Field";

interface Props<V extends string> {
  label: string;
  hint?: ReactNode;
  value: V;
  options: readonly (readonly [V, string])[];
  onChange: (value: V) => void;
  disabled?: boolean;
}

export function Select<V extends string>({ label, hint, value, options, onChange, disabled }: Props<V>) {
  return (
    <Field label={label} hint={hint}>
      {({ id, describedBy }) => (
        <select id={id} aria-describedby={describedBy} disabled={disabled} className="field" value={value} onChange={(event) => onChange(event.target.value as V)}>
          {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
        </select>
      )}
    </Field>
  );
}
