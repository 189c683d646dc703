/** Round steps for an axis: about `wanted` of them, at 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, wanted = 5): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((step) => step >= rough) ?? power * 10;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

export const linear = (from: readonly [number, number], to: readonly [number, number]) => {
  const width = from[1] - from[0] || 1;
  return (value: number) => to[0] + ((value - from[0]) / width) * (to[1] - to[0]);
};

/** An axis' ends round its values, with a little air. */
export function around(values: readonly number[], bounds: readonly [number, number], least: number): [number, number] {
  const known = values.filter(Number.isFinite);
  if (!known.length) return [bounds[0], bounds[1]];
  let low = Math.min(...known), high = Math.max(...known);
  const pad = Math.max((high - low) * 0.08, (least - (high - low)) / 2);
  low = Math.max(bounds[0], low - pad);
  high = Math.min(bounds[1], high + pad);
  return [low, high];
}

/** Figures of one axis with as many decimals each as the finest needs. Figures that are alike already, and whole ones, stay. */
export function evenly(labels: readonly string[]): string[] {
  const decimals = labels.map((label) => label.split(".")[1] ?? "");
  if (decimals.includes("") || new Set(decimals.map((one) => one.length)).size < 2) return [...labels];
  const most = Math.max(2, ...decimals.map((one) => one.replace(/0+$/, "").length));
  return labels.map((label, at) => `${label.split(".")[0]}.${(decimals[at] ?? "").slice(0, most).padEnd(most, "0")}`);
}
