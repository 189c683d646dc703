import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import type { Row } from "@/api/types";
import { candidateOf } from "@/lib/format";
import type { Column, Sort } from "./columns";

interface Props {
  rows: Row[];
  run: string;
  best: string | null;
  columns: readonly Column[];
  sort: Sort;
  asc: boolean;
  chosen: string[];
  onSort: (sort: Sort) => void;
  onChoose: (node: Row) => void;
  onEnd: () => void;
}

export function CandidatesTable({ rows, run, best, columns, sort, asc, chosen, onSort, onChoose, onEnd }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: () => 35, overscan: 15, scrollMargin: body.current?.offsetTop ?? 0 });
  const items = virtual.getVirtualItems();
  const first = items[0], last = items.at(-1);
  if (last && last.index >= rows.length - 20) queueMicrotask(onEnd);
  const margin = virtual.options.scrollMargin;
  const span = columns.length + 2;
  const order = (name: Sort | undefined) => (name === sort ? (asc ? "ascending" : "descending") : undefined);
  return (
    <div className="overflow-x-auto">
      <table className="grid-table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col"><span className="sr-only">Compare</span></th>
            <th scope="col" aria-sort={order("id")}><SortButton title="Candidate" mark={order("id")} onClick={() => onSort("id")} /></th>
            {columns.map((column) => (
              <th key={column.name} scope="col" className={column.num ? "num" : undefined} aria-sort={order(column.sort)}>
                {column.sort ? <SortButton title={column.title} hint={column.hint} mark={order(column.sort)} onClick={() => onSort(column.sort as Sort)} /> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {first && first.start > margin ? <tr aria-hidden="true"><td colSpan={span} style={{ height: first.start - margin, padding: 0, border: 0 }} /></tr> : null}
          {items.map((item) => {
            const node = rows[item.index];
            if (!node) return null;
            const name = candidateOf(node.id);
            const isBest = name === best;
            return (
              <tr key={node.id} aria-rowindex={item.index + 2} className="h-[35px]">
                <td className="!pr-1"><input type="checkbox" aria-label={`Compare ${name}`} checked={chosen.includes(name)} onChange={() => onChoose(node)} className="accent-[var(--accent)]" /></td>
                <td className="whitespace-nowrap">
                  <span aria-hidden="true" className={`inline-block w-4 ${isBest ? "text-accent" : "text-muted"}`}>{isBest ? "★" : node.parents.length === 0 ? "◇" : node.status === "dropped" ? "✕" : ""}</span>
                  <Link to="/runs/$run" params={{ run }} search={{ node: name, rejected: node.status === "dropped" ? "yes" : undefined }} className={`link font-mono text-small ${isBest ? "font-semibold text-accent" : ""}`}>{name}</Link>
                </td>
                {columns.map((column) => <td key={column.name} className={column.num ? "num" : undefined}>{column.cell(node, isBest)}</td>)}
              </tr>
            );
          })}
          {last && virtual.getTotalSize() - (last.end - margin) > 0 ? <tr aria-hidden="true"><td colSpan={span} style={{ height: virtual.getTotalSize() - (last.end - margin), padding: 0, border: 0 }} /></tr> : null}
        </tbody>
      </table>
    </div>
  );
}

function SortButton({ title, hint, mark, onClick }: { title: string; hint?: string; mark: "ascending" | "descending" | undefined; onClick: () => void }) {
  return <button type="button" title={hint} className="uppercase hover:text-ink" onClick={onClick}>{title}<span aria-hidden="true"> {mark === "ascending" ? "↑" : mark === "descending" ? "↓" : ""}</span></button>;
}
