import type { Side } from "@/api/types";

export interface EqualBudget {
  /** What the run that spent least has spent, in calls or dollars. */
  at: number;
  /** The best of each run when it had spent that, in [0, 1]; null where no generation had closed by then. */
  best: (number | null)[];
}

/** Every run where the one that spent least ends: the only place at which their curves say who was better for the same money. */
export function equalBudget(sides: readonly Pick<Side, "curve">[], axis: "calls" | "usd"): EqualBudget | null {
  const ends = sides.map((side) => side.curve.at(-1)?.[axis]);
  if (!ends.length || ends.some((end) => end === undefined)) return null;
  const at = Math.min(...(ends as number[]));
  return { at, best: sides.map((side) => side.curve.findLast((point) => point[axis] <= at)?.best ?? null) };
}
