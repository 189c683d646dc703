import { Button } from "@/components/Button";
import { FilterField } from "@/components/FilterField";
import { InlineSelect } from "@/components/InlineSelect";
import { plural } from "@/lib/format";
import { CANDIDATE_FIELDS } from "@/lib/suggest";
import type { ColourBy } from "@/lineage/colouring";

export interface LineageSearch {
  filter?: string;
  node?: string;
  color?: ColourBy;
  rejected?: "yes" | "no";
  unfold?: string;
  branches?: true;
  against?: string;
  held?: string;
  until?: number;
  view?: "plate" | "table";
}

interface Props {
  title: string;
  /** Whether runs that branched from this one may be drawn too. */
  kin: boolean;
  search: LineageSearch;
  /** Whether rejected candidates are folded into their parents now. */
  folds: boolean;
  set: (change: Partial<LineageSearch>) => void;
  error: string | null;
  matched: number | undefined;
  onSave: (kind: "svg" | "png") => void;
}

const COLOURS = [["score", "score"], ["operator", "operator"], ["model", "model"], ["status", "fate"]] as const;

export function LineageToolbar({ title, kin, search, folds, set, error, matched, onSave }: Props) {
  const check = "inline-flex items-center gap-1.5 text-small text-muted whitespace-nowrap";
  return (
    <div className={`flex flex-wrap gap-x-3 gap-y-1.5 px-4 py-2.5 sm:px-6 ${error ? "items-start" : "items-center"}`}>
      {/* as wide as it is: beside a panel, or with a long name, it has a line of its own */}
      <h2 className="plate max-w-full flex-auto sm:truncate" title={title}><em>Plate.</em> {title}</h2>
      <div className={`flex flex-wrap gap-x-3 gap-y-2 max-sm:w-full ${error ? "items-start" : "items-center"}`}>
      <div className="flex w-full items-start gap-2 sm:w-60 sm:[&_p]:w-max sm:[&_p]:max-w-[50vw]">
        <FilterField label="Filter candidates" value={search.filter ?? ""} fields={CANDIDATE_FIELDS} placeholder="score>0.5 and operator=reflect" error={error} onChange={(filter) => set({ filter: filter || undefined })} />
      </div>
      {matched !== undefined ? <span className="text-small text-muted" aria-live="polite">{plural(matched, "match", "match")}</span> : null}
      <InlineSelect label="Colour" value={search.color ?? "score"} options={COLOURS} onChange={(color) => set({ color: color === "score" ? undefined : color })} />
      <label className={check}><input type="checkbox" className="accent-[var(--accent)]" checked={!folds} onChange={(event) => set({ rejected: event.target.checked ? "yes" : undefined })} /> rejected</label>
      {kin ? <label className={check}><input type="checkbox" className="accent-[var(--accent)]" checked={Boolean(search.branches)} onChange={(event) => set({ branches: event.target.checked || undefined })} /> branches</label> : null}
      <div className="flex gap-1">
        {search.view === "table" ? null : (
          <select aria-label="Save the plate" className="w-[68px] rounded border border-hairline bg-panel px-1.5 font-medium" value="" onChange={(event) => onSave(event.target.value as "svg" | "png")}>
            <option value="">Save</option>
            <option value="svg">as SVG</option>
            <option value="png">as PNG</option>
          </select>
        )}
        <Button aria-pressed={search.view === "table"} onClick={() => set({ view: search.view === "table" ? undefined : "table" })}>{search.view === "table" ? "Plate" : "Table"}</Button>
      </div>
      </div>
    </div>
  );
}
