import type { Evidence, Node, Progress, RunSummary } from "@/api/types";
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
  run: Pick<RunSummary, "mode" | "status" | "seed_score" | "best_score">;
  progress?: Progress | null;
  evidence?: Evidence | null;
  /** The first candidate and the best one, as the table of candidates has them. */
  own?: { seed: Node; best: Node } | null;
}

const SPLIT = { evaluating: "all", searching: "train", choosing: "validation", proving: "test", finished: "train" } as const;

/**
 * What stands on a run's header and in its row: the evidence where there is some, while it works what both have answered, and otherwise what each
 * candidate's own row says.
 */
export function figuresOf({ run, progress, evidence, own }: Known): Figures {
  if (evidence) {
    const of = (value: number, [low, high]: readonly [number, number]): Figure => ({ value, low, high, examples: evidence.n });
    return { seed: of(evidence.seed_score, evidence.seed_ci), best: of(evidence.best_score, evidence.best_ci), split: "test", paired: true };
  }
  if (progress && run.status === "running") {
    const n = progress.best_examples;
    const of = (value: number | null): Figure => (value === null || n === 0 ? { value } : { value, ...ends(wilson(value, n)), examples: n });
    return { seed: of(progress.seed_score), best: of(progress.best_score), split: SPLIT[progress.phase], paired: true };
  }
  const split = run.mode === "evaluate" ? "test" : "train";
  const seed = own?.seed.scores[split];
  const best = own?.best.scores[split];
  if (seed && best) return { seed: estimate(seed), best: estimate(best), split, paired: own?.seed.id === own?.best.id };
  return { seed: { value: run.seed_score }, best: { value: run.best_score }, split, paired: true };
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
