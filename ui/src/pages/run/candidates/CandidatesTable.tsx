import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { Link } from "@tanstack/react-router";
import { useRef, type ReactNode } from "react";
import type { Node } from "@/api/types";
import { Score } from "@/components/Score";
import { Whisker } from "@/components/Whisker";
import { candidateOf, count, usd } from "@/lib/format";

type Sort = "low" | "score" | "generation" | "cost" | "id";
export type ColumnName = "score" | "interval" | "validation" | "test" | "trials" | "generation" | "operator" | "status" | "reason" | "parents" | "cost" | "model" | "note";
interface Column {
  name: ColumnName;
  title: string;
  /** What the order of this column is, where its title does not say it. */
  hint?: string;
  usual: boolean;
  num?: boolean;
  sort?: Sort;
  cell: (node: Node, best: boolean) => ReactNode;
}

/** A text that takes what the other columns leave, and is cut there. */
const clipped = (text: string) => <span className="block min-w-40"><span className="block w-0 min-w-full truncate text-muted" title={text}>{text}</span></span>;

export const COLUMNS: readonly Column[] = [
  { name: "score", title: "Score", usual: true, num: true, sort: "score", cell: (node, best) => <Score best={best} value={node.score?.mean} low={node.score?.low} high={node.score?.high} /> },
  { name: "interval", title: "0 to 1", hint: "in the order of the interval’s lower end, which few lucky answers do not raise", usual: true, sort: "low", cell: (node, best) => <Whisker value={node.score?.mean} low={node.score?.low} high={node.score?.high} best={best} /> },
  { name: "validation", title: "Validation", usual: true, num: true, cell: (node) => <Score value={node.scores.validation?.mean} low={node.scores.validation?.low} high={node.scores.validation?.high} /> },
  { name: "test", title: "Test", usual: true, num: true, cell: (node) => <Score value={node.scores.test?.mean} low={node.scores.test?.low} high={node.scores.test?.high} /> },
  { name: "trials", title: "Answers", usual: true, num: true, cell: (node) => count(node.score?.trials ?? 0) },
  { name: "generation", title: "Gen.", usual: true, num: true, sort: "generation", cell: (node) => node.generation },
  { name: "operator", title: "Made by", usual: true, cell: (node) => <span className="whitespace-nowrap">{node.operator ?? "seed"}</span> },
  { name: "status", title: "Fate", usual: true, cell: (node) => <span title={node.reason}>{node.status}</span> },
  { name: "parents", title: "From", usual: true, cell: (node) => <span className="font-mono text-small whitespace-nowrap">{node.parents.map(candidateOf).join(" ")}</span> },
  { name: "cost", title: "Cost", usual: true, num: true, sort: "cost", cell: (node) => usd(node.cost) },
  { name: "note", title: "Hypothesis", usual: true, cell: (node) => clipped(node.note) },
  { name: "reason", title: "Why", usual: false, cell: (node) => clipped(node.reason) },
  { name: "model", title: "Model", usual: false, cell: (node) => clipped(node.model) },
];

interface Props {
  rows: Node[];
  run: string;
  best: string | null;
  columns: readonly ColumnName[];
  sort: Sort;
  asc: boolean;
  chosen: string[];
  onSort: (sort: Sort) => void;
  onChoose: (node: Node) => void;
  onEnd: () => void;
}

export function CandidatesTable({ rows, run, best, columns, sort, asc, chosen, onSort, onChoose, onEnd }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const virtual = useWindowVirtualizer({ count: rows.length, estimateSize: () => 35, overscan: 15, scrollMargin: body.current?.offsetTop ?? 0 });
  const items = virtual.getVirtualItems();
  const shown = COLUMNS.filter((column) => columns.includes(column.name));
  const first = items[0], last = items.at(-1);
  if (last && last.index >= rows.length - 20) queueMicrotask(onEnd);
  const margin = virtual.options.scrollMargin;
  const span = shown.length + 2;
  const order = (name: Sort | undefined) => (name === sort ? (asc ? "ascending" : "descending") : undefined);
  return (
    <div className="overflow-x-auto">
      <table className="grid-table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col"><span className="sr-only">Compare</span></th>
            <th scope="col" aria-sort={order("id")}><SortButton title="Candidate" mark={order("id")} onClick={() => onSort("id")} /></th>
            {shown.map((column) => (
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
                {shown.map((column) => <td key={column.name} className={column.num ? "num" : undefined}>{column.cell(node, isBest)}</td>)}
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
