import { csv } from "../new-run/preview";

/** What examples of a data set have in common that they should not. Positions count from 1, as people do. */
export interface Faults {
  count: number;
  /** How many examples name each split; those that name none are split by the run. */
  splits: Record<string, number>;
  /** Groups of examples with the same variables. */
  same: number[][];
  /** Groups that are the same but for case, spaces and punctuation. */
  alike: number[][];
  /** Those groups of both kinds whose examples stand in different splits: what is measured was seen before. */
  leaks: { at: number[]; splits: string[] }[];
}

/** Beyond so many characters nothing is looked for: the server says what it finds when a run is checked. */
const MOST = 20_000_000;

interface Row {
  vars: Record<string, unknown>;
  split: string;
}

const record = (value: unknown): Record<string, unknown> => (typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {});

/** The words that name a split in data, as the server reads them. */
const NAMES: Record<string, string> = { training: "train", valid: "validation", val: "validation", dev: "validation", "held-out": "test", heldout: "test", holdout: "test", train: "train", validation: "validation", test: "test" };
const splitOf = (value: unknown): string => (typeof value === "string" ? (NAMES[value.trim().toLowerCase()] ?? "") : "");

function rowOf(value: unknown): Row {
  const one = record(value);
  // a promptfoo test has its variables and its split apart; of a plain row all columns are variables but those that begin with `__`, and `split`
  // where it names one: a prompt that has it for a variable is not known here
  if (typeof one.vars === "object" && one.vars !== null) return { vars: record(one.vars), split: splitOf(record(one.metadata).split) };
  const column = splitOf(one.split);
  return { vars: Object.fromEntries(Object.entries(one).filter(([name]) => !name.startsWith("__") && !(name === "split" && column))), split: splitOf(one.__split) || column };
}

function rowsOf(text: string): Row[] {
  const start = text.trimStart();
  if (start.startsWith("[")) return (JSON.parse(text) as unknown[]).map(rowOf);
  if (start.startsWith("{")) return text.split("\n").filter((line) => line.trim()).map((line) => rowOf(JSON.parse(line)));
  const [head = [], ...body] = csv(text);
  return body.filter((cells) => cells.some((cell) => cell !== "")).map((cells) => rowOf(Object.fromEntries(head.map((name, at) => [name, cells[at] ?? ""]))));
}

const exact = ({ vars }: Row) => JSON.stringify(Object.entries(vars).sort(([a], [b]) => (a < b ? -1 : 1)));
const loose = (row: Row) => exact(row).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ");

function groups(rows: readonly Row[], key: (row: Row) => string): number[][] {
  const found = new Map<string, number[]>();
  rows.forEach((row, at) => {
    const name = key(row);
    const there = found.get(name);
    if (there) there.push(at + 1);
    else found.set(name, [at + 1]);
  });
  return [...found.values()].filter((group) => group.length > 1);
}

/** Looks through a data set; null where it cannot be read or is too large to be looked through here. */
export function faults(text: string): Faults | null {
  if (!text.trim() || text.length > MOST) return null;
  let rows: Row[];
  try {
    rows = rowsOf(text);
  } catch {
    return null;
  }
  const splits: Record<string, number> = {};
  for (const { split } of rows) if (split) splits[split] = (splits[split] ?? 0) + 1;
  const same = groups(rows, exact);
  const known = new Set(same.map((group) => group.join()));
  const alike = groups(rows, loose).filter((group) => !known.has(group.join()));
  const leaks = [...same, ...alike].flatMap((at) => {
    const met = [...new Set(at.map((position) => rows[position - 1]?.split ?? "").filter(Boolean))].sort();
    return met.length > 1 ? [{ at, splits: met }] : [];
  });
  return { count: rows.length, splits, same, alike, leaks };
}
