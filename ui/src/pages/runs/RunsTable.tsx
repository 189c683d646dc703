import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useRef } from "react";
import type { RunSummary } from "@/api/types";
import { useNames } from "@/api/useNames";
import { RunRow } from "./RunRow";

interface Props {
  workspace: string;
  rows: RunSummary[];
  selected: ReadonlySet<string>;
  onToggle: (run: string) => void;
  onEnd: () => void;
}

const ROW = 72;

/** The table of runs: only what is on screen is in the page, however many there are. */
export function RunsTable({ workspace, rows, selected, onToggle, onEnd }: Props) {
  const names = useNames(workspace);
  const body = useRef<HTMLTableSectionElement>(null);
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: () => ROW, overscan: 12, scrollMargin: body.current?.offsetTop ?? 0 });
  const items = virtual.getVirtualItems();
  const last = items.at(-1);
  if (last && last.index >= rows.length - 20) queueMicrotask(onEnd);
  const margin = virtual.options.scrollMargin;
  const above = items[0] ? items[0].start - margin : 0;
  const below = last ? virtual.getTotalSize() - (last.end - margin) : 0;
  return (
    <div className="overflow-x-auto">
      <table className="grid-table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col"><span className="sr-only">Choose</span></th>
            <th scope="col">Run</th>
            <th scope="col" className="max-sm:hidden">Status</th>
            <th scope="col" className="num max-sm:hidden">Seed</th>
            <th scope="col" className="num">Best</th>
            <th scope="col">From seed to best</th>
            <th scope="col">Best so far</th>
            <th scope="col">Spent of limit</th>
            <th scope="col">Strategy, model</th>
            <th scope="col" className="num">Changed, by</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {above > 0 ? <tr aria-hidden="true"><td colSpan={10} style={{ height: above, padding: 0, border: 0 }} /></tr> : null}
          {items.map((item) => {
            const run = rows[item.index];
            return run ? <RunRow key={run.run} run={run} by={names[run.by] ?? run.by} index={item.index} chosen={selected.has(run.run)} onToggle={onToggle} /> : null;
          })}
          {below > 0 ? <tr aria-hidden="true"><td colSpan={10} style={{ height: below, padding: 0, border: 0 }} /></tr> : null}
        </tbody>
      </table>
    </div>
  );
}
