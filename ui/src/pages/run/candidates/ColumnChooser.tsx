import { COLUMNS, type ColumnName } from "./CandidatesTable";

export function ColumnChooser({ chosen, onChange }: { chosen: readonly ColumnName[]; onChange: (chosen: readonly ColumnName[]) => void }) {
  return (
    <details className="relative">
      <summary className="list-none rounded border border-hairline bg-panel px-2.5 py-1 hover:bg-hover">Columns</summary>
      <div className="absolute right-0 z-20 mt-1 w-44 rounded border border-hairline bg-panel p-2">
        {COLUMNS.map((column) => (
          <label key={column.name} className="flex items-center gap-2 py-0.5">
            <input type="checkbox" className="accent-[var(--accent)]" checked={chosen.includes(column.name)} onChange={(event) => onChange(event.target.checked ? [...chosen, column.name] : chosen.filter((name) => name !== column.name))} />
            {column.title}
          </label>
        ))}
      </div>
    </details>
  );
}
