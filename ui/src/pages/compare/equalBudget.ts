import type { Side } from "@/api/types";

export type Step = Side["curve"][number];

/** What a curve shows at a step: the mean of its candidate's own answers, which its interval is of; what the search believed where none are known. */
export const shownAt = (step: Step): number => step.own?.mean ?? step.best;

export interface EqualBudget {
  /** What the run that spent least has spent, in calls or dollars. */
  at: number;
  /** How each run stood when it had spent that; null where no generation had closed by then. */
  steps: (Step | null)[];
}

/** Every run where the one that spent least ends: the only place at which their curves say who was better for the same money. */
export function equalBudget(sides: readonly Pick<Side, "curve">[], axis: "calls" | "usd"): EqualBudget | null {
  const ends = sides.map((side) => side.curve.at(-1)?.[axis]);
  if (!ends.length || ends.some((end) => end === undefined)) return null;
  const at = Math.min(...(ends as number[]));
  return { at, steps: sides.map((side) => side.curve.findLast((point) => point[axis] <= at) ?? null) };
}
