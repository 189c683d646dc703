import type { Row } from "@/api/types";
import { count, duration, score, usd } from "@/lib/format";

/** Something that can be said of every candidate as a number. */
export interface Measure {
  text: string;
  of: (row: Row) => number | null;
  /** The 95 % interval of that number, where it has one. */
  ends?: (row: Row) => readonly [number, number] | null;
  show: (value: number) => string;
  /** The least width of an axis, so that equal values do not look far apart. */
  least: number;
  /** Within which values lie. */
  bounds: readonly [number, number];
  /** Which end is wanted; none where neither is. */
  better: "more" | "less" | null;
  /** Its name in the filter language, where it has one. */
  field: string | null;
  /** Whether the run names it as an objective. */
  objective?: boolean;
}

/** All measures of a run's candidates by the names that they have in addresses. */
export type Measures = ReadonlyMap<string, Measure>;

/** What an answer cost, of those that were paid for; what writing the candidate cost is no part of it. */
export const answerCost = (row: Pick<Row, "answers_cost" | "answers_paid">) => (row.answers_cost === null || row.answers_cost === undefined || !row.answers_paid ? null : row.answers_cost / row.answers_paid);

const onSplit = (split: string) => ({
  of: (row: Row) => row.scores[split]?.mean ?? null,
  ends: (row: Row) => endsOf(row.scores[split]),
});
const endsOf = (estimate: { low?: number | null; high?: number | null } | null | undefined) => (estimate?.low == null || estimate.high == null ? null : ([estimate.low, estimate.high] as const));

const SCORE = { show: score, least: 0.1, bounds: [0, 1], better: "more" } as const;
const DOLLARS = { show: usd, least: 1e-6, bounds: [0, Infinity], better: "less" } as const;
const NUMBER = { show: count, bounds: [0, Infinity], better: null } as const;

const SCORE_TRAIN: Measure = { ...SCORE, text: "score, train", of: (row) => row.score?.mean ?? null, ends: (row) => endsOf(row.score), field: "score" };

/** What every run has. */
const FIXED: readonly (readonly [string, Measure])[] = [
  ["score", SCORE_TRAIN],
  ["low", { ...SCORE, text: "lower end, train", of: (row) => row.score?.low ?? null, field: "low" }],
  ["validation", { ...SCORE, text: "score, validation", ...onSplit("validation"), field: null }],
  ["cost", { ...DOLLARS, text: "cost an answer", of: answerCost, field: null }],
  ["spent", { ...DOLLARS, text: "spent on it", of: (row) => row.cost, field: "cost" }],
  ["trials", { ...NUMBER, text: "answers seen", of: (row) => row.score?.trials ?? null, least: 4, field: "trials" }],
  ["generation", { ...NUMBER, text: "generation", of: (row) => row.generation, least: 2, field: "generation" }],
];

/** How the measured objectives are called and written; every other one is a score of checks. */
const MEASURED: Record<string, Pick<Measure, "text" | "show" | "least">> = {
  prompt_tokens: { text: "prompt tokens", show: count, least: 4 },
  cost: { text: "list price a trial", show: usd, least: 1e-6 },
  latency: { text: "latency a trial", show: (ms) => duration(ms / 1000), least: 1 },
};

/** The name of an objective or a named score in addresses: no fixed measure has a dot. */
export const nameOf = (metric: string) => (metric === "score" ? "score" : `m.${encodeURIComponent(metric)}`);

/** What can be said of these candidates: what every run has, then the run's objectives, then the named scores of its checks. */
export function measuresOf(rows: readonly Row[]): Measures {
  const all = new Map<string, Measure>(FIXED);
  for (const row of rows) {
    for (const { name, direction } of row.measures) {
      const key = nameOf(name);
      const known = all.get(key);
      if (known) {
        // `score` is there in any case
        if (direction && !known.objective) all.set(key, { ...known, objective: true, better: direction === "minimize" ? "less" : "more" });
        continue;
      }
      const of = (one: Row) => one.measures.find((measure) => measure.name === name);
      const measured = MEASURED[name];
      // checks may give scores outside [0, 1]
      const bounded = rows.every((one) => { const mean = of(one)?.mean ?? 0; return mean >= 0 && mean <= 1; });
      all.set(key, {
        ...(measured ?? { text: name, show: score, least: 0.1 }),
        of: (one) => of(one)?.mean ?? null,
        ends: (one) => endsOf(of(one)),
        bounds: measured ? [0, Infinity] : bounded ? [0, 1] : [-Infinity, Infinity],
        better: direction ? (direction === "minimize" ? "less" : "more") : measured ? "less" : "more",
        field: null,
        objective: Boolean(direction),
      });
    }
  }
  return all;
}

/** A measure by a name that is known to be there; the score where it is not. */
export const measureOf = (measures: Measures, name: string): Measure => measures.get(name) ?? SCORE_TRAIN;

/** The objectives of a run by name, in the order in which it has them. */
export const objectivesOf = (rows: readonly Row[]): string[] => (rows.find((row) => row.measures.length)?.measures ?? []).filter((one) => one.direction).map((one) => nameOf(one.name));

/** What the scatter shows where nothing else is chosen: two objectives where the run has as many, the first that is to rise upwards; else score against cost. */
export function usualAxes(rows: readonly Row[], measures: Measures): { up: string; across: string } {
  const declared = objectivesOf(rows).filter((name) => measures.has(name));
  const up = declared.find((name) => measures.get(name)?.better === "more") ?? declared[0];
  const across = declared.find((name) => name !== up && measures.get(name)?.better === "less") ?? declared.find((name) => name !== up);
  return up && across ? { up, across } : { up: up ?? "score", across: up === "cost" ? "score" : "cost" };
}

/** A candidate's value as the page writes it, with its interval where it has one. */
export function said(measure: Measure, row: Row): string | null {
  const value = measure.of(row);
  if (value === null) return null;
  const ends = measure.ends?.(row);
  return `${measure.text} ${measure.show(value)}${ends ? ` (${measure.show(ends[0])} to ${measure.show(ends[1])})` : ""}`;
}
