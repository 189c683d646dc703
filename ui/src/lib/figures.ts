import type { Evidence, Progress, RunSummary } from "@/api/types";
import { plural } from "./format";
import { wilson } from "./wilson";

/** A score with what is known of its worth. */
export interface Figure {
  value: number | null;
  low?: number;
  high?: number;
  /** On how many examples it rests, where that is known. */
  examples?: number;
}

/** How a run stands: its first prompt and its best one, and on which examples. */
export interface Figures {
  seed: Figure;
  best: Figure;
  split: "train" | "validation" | "test" | "all";
  /** Whether both were scored on the same examples, so that one taken from the other is their difference. */
  paired: boolean;
}

interface Known {
  run: Pick<RunSummary, "mode" | "status" | "seed_score" | "best_score" | "worth">;
  progress?: Progress | null;
  evidence?: Evidence | null;
}

const SPLIT = { evaluating: "all", searching: "train", choosing: "validation", proving: "test", finished: "train" } as const;

/**
 * What stands on a run's header and in its row: the evidence where there is some, while it works what both have answered, and otherwise what its row
 * says each prompt's score is worth. Rows of older versions do not say it.
 */
export function figuresOf({ run, progress, evidence }: Known): Figures {
  if (evidence) {
    const of = (value: number, [low, high]: readonly [number, number]): Figure => ({ value, low, high, examples: evidence.n });
    return { seed: of(evidence.seed_score, evidence.seed_ci), best: of(evidence.best_score, evidence.best_ci), split: "test", paired: true };
  }
  // where another model answered for the one that leads, nothing is known of both on the same examples
  if (progress && run.status === "running" && (progress.best_score !== null || !run.worth)) {
    const n = progress.best_examples;
    const of = (value: number | null): Figure => (value === null || n === 0 ? { value } : { value, ...ends(wilson(value, n)), examples: n });
    return { seed: of(progress.seed_score), best: of(progress.best_score), split: SPLIT[progress.phase], paired: true };
  }
  const { worth } = run;
  if (worth) {
    // the evidence of a search is of both on the same examples
    const paired = worth.candidate === 0 || (run.mode === "optimize" && worth.split === "test");
    return { seed: estimate(worth.seed), best: estimate(worth.best), split: worth.split, paired };
  }
  return { seed: { value: run.seed_score }, best: { value: run.best_score }, split: run.mode === "evaluate" ? "test" : "train", paired: true };
}

const ends = ([low, high]: readonly [number, number]) => ({ low, high });
const estimate = ({ mean, low, high, examples }: { mean: number; low: number; high: number; examples: number }): Figure => ({ value: mean, low, high, examples });

/** What a score rests on, in words: `95 % interval 0.21 to 1.00, on 1 test example`. */
export function restsOn({ low, high, examples }: Figure, split: string): string | undefined {
  const words = [
    low === undefined || high === undefined ? null : `95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}`,
    examples === undefined ? null : `on ${plural(examples, split === "all" ? "example" : `${split} example`)}`,
  ].filter(Boolean);
  return words.length ? words.join(", ") : undefined;
}
