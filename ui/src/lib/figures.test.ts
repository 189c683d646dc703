import { expect, it } from "vitest";
import type { Evidence, Progress, RunSummary } from "@/api/types";
import { figuresOf, restsOn } from "./figures";

const run = { mode: "optimize", status: "paused", seed_score: 1, best_score: 0.88 } as const;
const score = (mean: number, low: number, high: number, examples: number) => ({ mean, low, high, examples, trials: examples });
const worth: RunSummary["worth"] = { split: "train", seed: score(0.4, 0.25, 0.58, 30), candidate: 13, best: score(0.9, 0.6, 0.98, 10) };

it("says of a run that rests what its row says its scores are worth", () => {
  const { seed, best, split, paired } = figuresOf({ run: { ...run, worth } });
  expect([seed, best, split, paired]).toEqual([{ value: 0.4, low: 0.25, high: 0.58, examples: 30 }, { value: 0.9, low: 0.6, high: 0.98, examples: 10 }, "train", false]);
  // where the seed leads, both are one; and the evidence of a search is of both on the same examples, which prompts of an evaluation need not share
  expect(figuresOf({ run: { ...run, worth: { ...worth, candidate: 0 } } }).paired).toBe(true);
  expect(figuresOf({ run: { ...run, worth: { ...worth, split: "test" } } })).toMatchObject({ split: "test", paired: true });
  expect(figuresOf({ run: { ...run, mode: "evaluate", worth: { ...worth, split: "test" } } }).paired).toBe(false);
});
it("has bare figures where nothing else is known", () => {
  expect(figuresOf({ run })).toMatchObject({ seed: { value: 1 }, best: { value: 0.88 }, split: "train" });
});
it("has intervals on the examples that both met while the run works, of its phase", () => {
  const progress = { phase: "choosing", seed_score: 0.5, best_score: 1, best_examples: 4 } as Progress;
  const { best, split, paired } = figuresOf({ run: { ...run, status: "running", worth }, progress });
  expect([best.value, best.examples, split, paired]).toEqual([1, 4, "validation", true]);
  expect(best.low).toBeCloseTo(0.51, 2);
});
it("has each score by itself where the two that lead share no answers of one model", () => {
  const progress = { phase: "searching", seed_score: 0.5, best_score: null, best_examples: 0 } as Progress;
  expect(figuresOf({ run: { ...run, status: "running", worth }, progress })).toMatchObject({ seed: { value: 0.4 }, best: { value: 0.9 }, paired: false });
  expect(figuresOf({ run: { ...run, status: "running" }, progress })).toMatchObject({ seed: { value: 0.5 }, best: { value: null } });
});
it("lets evidence come first, and a run that ended without it says train", () => {
  const evidence = { n: 1, seed_score: 1, seed_ci: [0.21, 1], best_score: 1, best_ci: [0.21, 1] } as Evidence;
  expect(figuresOf({ run: { ...run, worth }, evidence })).toMatchObject({ best: { value: 1, low: 0.21, high: 1, examples: 1 }, split: "test" });
  expect(figuresOf({ run: { ...run, status: "finished", worth } }).split).toBe("train");
});
it("puts into words what a score rests on", () => {
  expect(restsOn({ value: 1, low: 0.2065, high: 1, examples: 1 }, "test")).toBe("95 % interval 0.21 to 1.00, on 1 test example");
  expect(restsOn({ value: 1 }, "test")).toBeUndefined();
});
