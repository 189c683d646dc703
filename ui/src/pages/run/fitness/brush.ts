import type { Node } from "@/api/types";
import { measure, NAMES, type MeasureName } from "./measures";

/** Ranges of measures, ends included: what is picked out in every chart of the page. */
export type Brush = Partial<Record<MeasureName, readonly [number, number]>>;

const figures = (value: number) => Number(value.toPrecision(4));

/** As it stands in the address: `score:0.5..0.8,cost:0..0.002`. */
export function written(brush: Brush): string | undefined {
  const parts = NAMES.flatMap((name) => {
    const range = brush[name];
    return range ? [`${name}:${figures(range[0])}..${figures(range[1])}`] : [];
  });
  return parts.join(",") || undefined;
}

/** Reads it back; what is no range of a measure is left out. */
export function read(text: string | undefined): Brush {
  const brush: Brush = {};
  for (const part of text?.split(",") ?? []) {
    const [, name, low, high] = /^(\w+):(-?[\d.e+-]+?)\.\.(-?[\d.e+-]+)$/.exec(part) ?? [];
    const known = NAMES.find((one) => one === name);
    if (known && Number.isFinite(Number(low)) && Number.isFinite(Number(high))) brush[known] = [Math.min(Number(low), Number(high)), Math.max(Number(low), Number(high))];
  }
  return brush;
}

/** Whether a candidate lies in every range. What has no value of a measure is in no range of it. */
export function holds(brush: Brush, node: Node): boolean {
  return NAMES.every((name) => {
    const range = brush[name];
    if (!range) return true;
    const value = measure(name).of(node);
    // the ends were rounded when they were written down
    const slack = Math.abs(range[1] - range[0]) * 1e-3 + 1e-12;
    return value !== null && value >= range[0] - slack && value <= range[1] + slack;
  });
}

/** The same in the filter language, as far as that has the fields; the others are named. */
export function asFilter(brush: Brush): { filter: string; without: string[] } {
  const parts: string[] = [];
  const without: string[] = [];
  for (const name of NAMES) {
    const range = brush[name];
    if (!range) continue;
    const { field, text } = measure(name);
    if (field) parts.push(`${field} >= ${figures(range[0])} and ${field} <= ${figures(range[1])}`);
    else without.push(text);
  }
  return { filter: parts.join(" and "), without };
}
