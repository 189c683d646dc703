import type { Row } from "@/api/types";
import type { Measures } from "./measures";

/** Ranges of measures, ends included: what is picked out in every chart of the page. */
export type Brush = Readonly<Record<string, readonly [number, number]>>;

const figures = (value: number) => Number(value.toPrecision(4));

/** As it stands in the address: `score:0.5..0.8,cost:0..0.002`. */
export function written(brush: Brush): string | undefined {
  const parts = Object.entries(brush).map(([name, range]) => `${name}:${figures(range[0])}..${figures(range[1])}`);
  return parts.join(",") || undefined;
}

/** Reads it back; what is no range of a measure is left out. */
export function read(text: string | undefined, measures: Measures): Brush {
  const brush: Record<string, readonly [number, number]> = {};
  for (const part of text?.split(",") ?? []) {
    const [, name, low, high] = /^([^:]+):(-?[\d.e+-]+?)\.\.(-?[\d.e+-]+)$/.exec(part) ?? [];
    if (name && measures.has(name) && Number.isFinite(Number(low)) && Number.isFinite(Number(high))) brush[name] = [Math.min(Number(low), Number(high)), Math.max(Number(low), Number(high))];
  }
  return brush;
}

/** Whether a candidate lies in every range. What has no value of a measure is in no range of it. */
export function holds(brush: Brush, measures: Measures, row: Row): boolean {
  return Object.entries(brush).every(([name, range]) => {
    const value = measures.get(name)?.of(row) ?? null;
    // the ends were rounded when they were written down
    const slack = Math.abs(range[1] - range[0]) * 1e-3 + 1e-12;
    return value !== null && value >= range[0] - slack && value <= range[1] + slack;
  });
}

/** The same in the filter language, as far as that has the fields; the others are named. */
export function asFilter(brush: Brush, measures: Measures): { filter: string; without: string[] } {
  const parts: string[] = [];
  const without: string[] = [];
  for (const [name, range] of Object.entries(brush)) {
    const { field, text } = measures.get(name) ?? { field: null, text: name };
    if (field) parts.push(`${field} >= ${figures(range[0])} and ${field} <= ${figures(range[1])}`);
    else without.push(text);
  }
  return { filter: parts.join(" and "), without };
}
