import type { Matrix } from "@/api/types";

export interface RunFlips {
  /** Examples on which the second run's prompt scored higher than the first's, and those on which it scored lower. */
  won: number[];
  lost: number[];
}

type Answers = Pick<Matrix, "candidates" | "examples" | "scores">;

/** How the prompts of two runs over the same data differ, example by example; only what both answered counts. */
export function flipsBetween(a: Answers, nameA: string, b: Answers, nameB: string): RunFlips {
  const rowOf = (matrix: Answers, name: string) => matrix.scores[matrix.candidates.findIndex((id) => `c${id}` === name)] ?? [];
  const [first, second] = [rowOf(a, nameA), rowOf(b, nameB)];
  const before = new Map(a.examples.map((example, at) => [example, first[at]]));
  const flips: RunFlips = { won: [], lost: [] };
  b.examples.forEach((example, at) => {
    const [old, now] = [before.get(example), second[at]];
    if (old === undefined || old === null || now === undefined || now === null || old === now) return;
    (now > old ? flips.won : flips.lost).push(example);
  });
  return flips;
}
