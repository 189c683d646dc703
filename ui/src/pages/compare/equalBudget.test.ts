import { expect, it } from "vitest";
import { equalBudget } from "./equalBudget";

const step = (calls: number, best: number) => ({ calls, best, usd: calls / 1000, candidate: 3, own: { mean: best, low: best - 0.1, high: best + 0.1, trials: 30, examples: 30 } });

it("reads every run where the one that spent least ends", () => {
  const long = { curve: [step(10, 0.2), step(90, 0.6), step(110, 0.9)] };
  const short = { curve: [step(30, 0.4), step(100, 0.7)] };
  const late = { curve: [step(200, 0.8)] };
  expect(equalBudget([long, short], "calls")).toEqual({ at: 100, steps: [step(90, 0.6), step(100, 0.7)] });
  expect(equalBudget([long, short, late], "usd")).toMatchObject({ at: 0.1, steps: [{ best: 0.6 }, { best: 0.7 }, null] });
});
it("says nothing where a run has no closed generation", () => {
  expect(equalBudget([{ curve: [step(10, 0.2)] }, { curve: [] }], "calls")).toBeNull();
});
