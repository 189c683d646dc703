import { expect, it } from "vitest";
import type { Evidence, Node, Progress } from "@/api/types";
import { figuresOf, restsOn } from "./figures";

const run = { mode: "optimize", status: "paused", seed_score: 1, best_score: 0.88 } as const;
const node = (id: string, mean: number, low: number, high: number, examples: number) => ({ id, scores: { train: { mean, low, high, examples, trials: examples } } }) as unknown as Node;
const own = { seed: node("a@c0", 0.4, 0.25, 0.58, 30), best: node("a@c13", 0.9, 0.6, 0.98, 10) };

it("says of a run that rests what the table of candidates says, with intervals", () => {
  const { seed, best, split, paired } = figuresOf({ run, own });
  expect([seed, best, split, paired]).toEqual([{ value: 0.4, low: 0.25, high: 0.58, examples: 30 }, { value: 0.9, low: 0.6, high: 0.98, examples: 10 }, "train", false]);
});
it("has bare figures where nothing else is known", () => {
  expect(figuresOf({ run })).toMatchObject({ seed: { value: 1 }, best: { value: 0.88 }, split: "train" });
});
it("has intervals on the examples that both met while the run works, of its phase", () => {
  const progress = { phase: "choosing", seed_score: 0.5, best_score: 1, best_examples: 4 } as Progress;
  const { best, split, paired } = figuresOf({ run: { ...run, status: "running" }, progress, own });
  expect([best.value, best.examples, split, paired]).toEqual([1, 4, "validation", true]);
  expect(best.low).toBeCloseTo(0.51, 2);
});
it("lets evidence come first, and a run that ended without it says train", () => {
  const evidence = { n: 1, seed_score: 1, seed_ci: [0.21, 1], best_score: 1, best_ci: [0.21, 1] } as Evidence;
  expect(figuresOf({ run, evidence, own })).toMatchObject({ best: { value: 1, low: 0.21, high: 1, examples: 1 }, split: "test" });
  expect(figuresOf({ run: { ...run, status: "finished" }, own }).split).toBe("train");
});
it("puts into words what a score rests on", () => {
  expect(restsOn({ value: 1, low: 0.2065, high: 1, examples: 1 }, "test")).toBe("95 % interval 0.21 to 1.00, on 1 test example");
  expect(restsOn({ value: 1 }, "test")).toBeUndefined();
});
