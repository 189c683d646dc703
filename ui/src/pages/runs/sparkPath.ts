import type { Rise } from "@/api/types";

const PAD = 3;

/** The best so far as steps over calls, from the seed's score on. The scale is never finer than a tenth, so that noise draws no cliffs; none where nothing closed. */
export function sparkPath(curve: Pick<Rise, "seed" | "steps"> | null | undefined, width: number, height: number): { line: string; end: [number, number] } | null {
  const steps = curve?.steps ?? [];
  const last = steps.at(-1);
  if (!curve || !last) return null;
  // the seed's score comes to be known better than it was when the first generation closed: the best so far never falls
  const first = steps[0]?.best ?? 0;
  const values = [Math.min(first, curve.seed ?? first), ...steps.map((step) => step.best)];
  const low = Math.min(...values);
  const span = Math.max(0.1, Math.max(...values) - low);
  const most = Math.max(1, last.calls);
  const x = (calls: number) => round(PAD + (calls / most) * (width - 2 * PAD));
  const y = (value: number) => round(height - PAD - ((value - low) / span) * (height - 2 * PAD));
  const line = steps.reduce((path, step) => `${path}H${x(step.calls)}V${y(step.best)}`, `M${x(0)} ${y(values[0] ?? 0)}`);
  return { line, end: [x(last.calls), y(last.best)] };
}

const round = (value: number) => Math.round(value * 10) / 10;
