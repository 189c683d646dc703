/** Some of several things, behind a button. */
export function Choose<N extends string>({ label, options, chosen, onChange }: { label: string; options: readonly (readonly [N, string])[]; chosen: readonly N[]; onChange: (chosen: N[]) => void }) {
  return (
    <details className="relative">
      <summary className="list-none rounded border border-hairline bg-panel px-2.5 py-1 hover:bg-hover">{label}</summary>
      <div className="absolute right-0 z-20 mt-1 max-h-80 w-52 overflow-auto rounded border border-hairline bg-panel p-2">
        {options.map(([name, text]) => (
          <label key={name} className="flex items-center gap-2 py-0.5">
            <input type="checkbox" className="accent-[var(--accent)]" checked={chosen.includes(name)} onChange={(event) => onChange(options.map(([one]) => one).filter((one) => (one === name ? event.target.checked : chosen.includes(one))))} />
            <span className="min-w-0 break-words">{text}</span>
          </label>
        ))}
      </div>
    </details>
  );
}
