import type { Curve, Generation } from "@/api/types";
import { score } from "@/lib/format";

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
  /** The candidate that led then: the band is of its own answers. */
  leader: string | null;
  /** The mean of the generation's candidates; null where none came of it. */
  mean: number | null;
}

/** What a moment of the curve says. What a search believes of its best is not what the candidate's own answers score, so each is named for what it is. */
export function words({ leader, low, high, mean }: FitnessPoint): string {
  const known = low != null && high != null;
  return [
    leader && known ? `${leader} led, whose own answers score ${score(low)} to ${score(high)}` : null,
    mean === null ? "no candidate came of this generation" : `mean of the generation’s candidates ${score(mean, 3)}`,
  ].filter(Boolean).join(", ");
}

/** The steps of the best so far, each with its generation's mean. */
export function pointsOf(curve: Curve, generations: readonly Generation[]): FitnessPoint[] {
  const means = new Map(generations.map((one) => [one.generation, one.mean]));
  // a generation without a fitness leaves the line where it was
  return curve.steps.flatMap(({ best, candidate, ...step }) => (best === null ? [] : [{ ...step, best, leader: candidate === null ? null : `c${candidate}`, mean: means.get(step.generation) ?? null }]));
}
