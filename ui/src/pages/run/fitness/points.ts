import type { Curve, Generation } from "@/api/types";

export interface FitnessPoint {
  generation: number;
  calls: number;
  usd: number;
  tokens: number;
  /** Of running time; pauses do not count. */
  seconds: number;
  best: number;
  low?: number | null;
  high?: number | null;
  /** The mean of the generation's candidates. */
  mean: number | null;
}

/** The steps of the best so far, each with its generation's mean. */
export function pointsOf(curve: Curve, generations: readonly Generation[]): FitnessPoint[] {
  const means = new Map(generations.map((one) => [one.generation, one.mean]));
  // a generation without a fitness leaves the line where it was
  return curve.steps.flatMap(({ best, ...step }) => (best === null ? [] : [{ ...step, best, mean: means.get(step.generation) ?? null }]));
}
