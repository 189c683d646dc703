import type { Node } from "@/api/types";
import { count, score, usd } from "@/lib/format";

/** Something that can be said of every candidate as a number. */
export interface Measure {
  text: string;
  of: (node: Node) => number | null;
  show: (value: number) => string;
  /** The least width of an axis, so that equal values do not look far apart. */
  least: number;
  /** Within which values lie. */
  bounds: readonly [number, number];
  /** Which end is wanted; none where neither is. */
  better: "more" | "less" | null;
  /** Its name in the filter language, where it has one. */
  field: string | null;
}

const onSplit = (split: string) => (node: Node) => node.scores[split]?.mean ?? null;

export const MEASURES = {
  score: { text: "score, train", of: (node) => node.score?.mean ?? null, show: score, least: 0.1, bounds: [0, 1], better: "more", field: "score" },
  low: { text: "lower end, train", of: (node) => node.score?.low ?? null, show: score, least: 0.1, bounds: [0, 1], better: "more", field: "low" },
  validation: { text: "score, validation", of: onSplit("validation"), show: score, least: 0.1, bounds: [0, 1], better: "more", field: null },
  cost: { text: "cost a trial", of: (node) => (node.score?.trials ? node.cost / node.score.trials : null), show: usd, least: 1e-6, bounds: [0, Infinity], better: "less", field: null },
  spent: { text: "spent on it", of: (node) => node.cost, show: usd, least: 1e-6, bounds: [0, Infinity], better: "less", field: "cost" },
  trials: { text: "answers seen", of: (node) => node.score?.trials ?? null, show: count, least: 4, bounds: [0, Infinity], better: null, field: "trials" },
  generation: { text: "generation", of: (node) => node.generation, show: count, least: 2, bounds: [0, Infinity], better: null, field: "generation" },
} as const satisfies Record<string, Measure>;

export type MeasureName = keyof typeof MEASURES;
export const NAMES = Object.keys(MEASURES) as MeasureName[];
export const measure = (name: MeasureName): Measure => MEASURES[name];
export const OPTIONS = NAMES.map((name) => [name, MEASURES[name].text] as const);
