interface Props<V extends string> {
  label: string;
  /** What it chooses, where no label stands before it. */
  name?: string;
  value: V;
  options: readonly (readonly [V, string])[];
  onChange: (value: V) => void;
}

/** A small choice in a toolbar: its label stands before it. */
export function InlineSelect<V extends string>({ label, name, value, options, onChange }: Props<V>) {
  return (
    <label className="inline-flex items-center gap-1.5 text-small text-muted whitespace-nowrap">
      {label}
      <select aria-label={name} className="rounded border border-hairline bg-panel px-1.5 min-h-7 text-ink" value={value} onChange={(event) => onChange(event.target.value as V)}>
        {options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
    </label>
  );
}
