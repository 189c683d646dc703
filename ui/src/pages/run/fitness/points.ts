import type { Curve, Generation } from "@/api/types";
import { score } from "@/lib/format";

export interface FitnessPoint {
  /** None at the start, before any generation closed. */
  generation: number | null;
  calls: number;
  usd: number;
  tokens: number;
  /** Of running time; pauses do not count. */
  seconds: number;
  /** The mean score of the own answers of the candidate that led then. */
  best: number;
  /** The 95 % interval of that mean. */
  low?: number | null;
  high?: number | null;
  /** The candidate that led then. */
  leader: string | null;
  /** What the search believed of its best then, which more than its own answers went into. */
  believed: number | null;
  /** The mean of the generation's candidates; null where none came of it. */
  mean: number | null;
}

/** What a moment of the curve says. What a search believes of its best is not what the candidate's own answers score, so each is named for what it is. */
export function words({ leader, low, high, believed, mean, generation }: FitnessPoint): string {
  const known = low != null && high != null;
  return [
    leader && known ? `${score(low)} to ${score(high)} by the answers of ${leader}, which led` : null,
    believed === null ? null : `the search believes ${score(believed, 3)}`,
    generation === null ? null : mean === null ? "no candidate came of this generation" : `mean of the generation’s candidates ${score(mean, 3)}`,
  ].filter(Boolean).join(", ");
}

/** The candidate that led as each generation closed, with its generation's mean; first of all the seed, which leads while there is nothing else. */
export function pointsOf({ seed, steps }: Curve, generations: readonly Generation[]): FitnessPoint[] {
  const means = new Map(generations.map((one) => [one.generation, one.mean]));
  // a generation without a leader leaves the line where it was
  const points = steps.flatMap(({ best: believed, score, candidate, generation, calls, usd, tokens, seconds, low, high }): FitnessPoint[] =>
    score === null ? [] : [{ generation, calls, usd, tokens, seconds, best: score, low, high, believed, leader: candidate === null ? null : `c${candidate}`, mean: means.get(generation) ?? null }],
  );
  if (seed === null || !points.length) return points;
  return [{ generation: null, calls: 0, usd: 0, tokens: 0, seconds: 0, best: seed, believed: null, leader: null, mean: null }, ...points];
}
