import type { TrialRow } from "@/api/types";
import { wilson } from "@/lib/wilson";

export interface SeedFound {
  score: number;
  low: number;
  high: number;
  /** Examples that were answered. */
  n: number;
  /** The share of those asked twice whose answers scored differently; null where none was. */
  noise: number | null;
}

/** What answers of the first prompt say: its score by examples with its interval, and how much of a score is chance. */
export function seedFound(trials: readonly Pick<TrialRow, "example" | "score" | "error">[]): SeedFound | null {
  const byExample = new Map<number, number[]>();
  for (const { example, score, error } of trials) if (!error) byExample.set(example, [...(byExample.get(example) ?? []), score]);
  if (!byExample.size) return null;
  const all = [...byExample.values()];
  const mean = all.reduce((sum, scores) => sum + scores.reduce((a, b) => a + b, 0) / scores.length, 0) / all.length;
  const twice = all.filter((scores) => scores.length > 1);
  const [low, high] = wilson(mean, all.length);
  return { score: mean, low, high, n: all.length, noise: twice.length ? twice.filter((scores) => scores.some((one) => one !== scores[0])).length / twice.length : null };
}
