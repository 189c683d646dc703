import type { ReactNode } from "react";
import type { Row } from "@/api/types";
import { Score } from "@/components/Score";
import { Whisker } from "@/components/Whisker";
import { candidateOf, count, usd } from "@/lib/format";
import { answerCost, measuresOf, type Measure } from "../fitness/measures";

export type Sort = "low" | "score" | "generation" | "cost" | "id";
export interface Column {
  name: string;
  title: string;
  /** What it is called where it is chosen, if the title does not say enough. */
  choice?: string;
  /** What the order of this column is, where its title does not say it. */
  hint?: string;
  usual: boolean;
  num?: boolean;
  sort?: Sort;
  cell: (node: Row, best: boolean) => ReactNode;
}

/** A text that takes what the other columns leave, and is cut there. */
const clipped = (text: string) => <span className="block min-w-40"><span className="block w-0 min-w-full truncate text-muted" title={text}>{text}</span></span>;

const COLUMNS: readonly Column[] = [
  { name: "score", title: "Score", usual: true, num: true, sort: "score", cell: (node, best) => <Score best={best} value={node.score?.mean} low={node.score?.low} high={node.score?.high} /> },
  { name: "interval", title: "0 to 1", hint: "in the order of the interval’s lower end, which few lucky answers do not raise", usual: true, sort: "low", cell: (node, best) => <Whisker value={node.score?.mean} low={node.score?.low} high={node.score?.high} best={best} /> },
  { name: "validation", title: "Validation", usual: true, num: true, cell: (node) => <Score value={node.scores.validation?.mean} low={node.scores.validation?.low} high={node.scores.validation?.high} /> },
  { name: "test", title: "Test", usual: true, num: true, cell: (node) => <Score value={node.scores.test?.mean} low={node.scores.test?.low} high={node.scores.test?.high} /> },
  { name: "trials", title: "Answers", usual: true, num: true, cell: (node) => count(node.score?.trials ?? 0) },
  { name: "generation", title: "Gen.", usual: true, num: true, sort: "generation", cell: (node) => node.generation },
  { name: "operator", title: "Made by", usual: true, cell: (node) => <span className="whitespace-nowrap">{node.operator ?? "seed"}</span> },
  { name: "status", title: "Fate", usual: true, cell: (node) => <span title={node.reason}>{node.status}</span> },
  { name: "parents", title: "From", usual: true, cell: (node) => <span className="font-mono text-small whitespace-nowrap">{node.parents.map(candidateOf).join(" ")}</span> },
  { name: "cost", title: "Cost", hint: "all that was spent on it: its proposal and its answers on every split", usual: true, num: true, sort: "cost", cell: (node) => usd(node.cost) },
  { name: "answer", title: "An answer", choice: "Cost of an answer", hint: "the mean of its answers that were paid for, on every split", usual: true, num: true, cell: (node) => usd(answerCost(node)) },
  { name: "proposal", title: "Proposal", choice: "Cost of the proposal", usual: false, num: true, cell: (node) => usd(node.proposal_cost) },
  { name: "note", title: "Hypothesis", usual: true, cell: (node) => clipped(node.note) },
  { name: "reason", title: "Why", usual: false, cell: (node) => clipped(node.reason) },
  { name: "model", title: "Model", usual: false, cell: (node) => clipped(node.model) },
];

/** The columns of a table of these candidates: those of every run, and its objectives and named scores after the scores by split. */
export function columnsOf(rows: readonly Row[]): Column[] {
  const own = [...measuresOf(rows)].filter(([name]) => name.startsWith("m.")).map(([name, measure]) => column(name, measure, rows));
  const at = COLUMNS.findIndex((column) => column.name === "trials");
  return [...COLUMNS.slice(0, at), ...own, ...COLUMNS.slice(at)];
}

function column(name: string, measure: Measure, rows: readonly Row[]): Column {
  // the objective that scores are of stands in the first column already
  const again = rows.every((row) => measure.of(row) === (row.score?.mean ?? null));
  const cell = (row: Row) => {
    const [value, ends] = [measure.of(row), measure.ends?.(row)];
    return ends ? <Score value={value} low={ends[0]} high={ends[1]} /> : value === null ? "–" : measure.show(value);
  };
  return { name, title: measure.text, hint: measure.objective ? `an objective of the run: ${measure.better} is wanted` : undefined, usual: Boolean(measure.objective) && !again, num: true, cell };
}
