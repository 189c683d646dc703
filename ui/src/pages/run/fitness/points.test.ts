import { expect, it } from "vitest";
import type { Curve } from "@/api/types";
import { pointsOf, words } from "./points";

const step = (generation: number, score: number | null): Curve["steps"][number] => ({
  generation, best: score, score, calls: generation * 10, usd: 0, tokens: 0, seconds: 0, leading: score, mean: null, candidate: null, low: null, high: null,
});

it("keeps each generation's own number and mean, and draws none that has no leader", () => {
  const points = pointsOf({ seed: null, steps: [step(0, null), step(1, 0.5), step(3, 0.7)] }, [{ generation: 3, candidates: 4, best: 0.7, mean: 0.6 }]);
  expect(points.map(({ generation, best, mean }) => [generation, best, mean])).toEqual([[1, 0.5, null], [3, 0.7, 0.6]]);
});

it("begins at the seed, and draws the mean that the interval is of instead of what the search believes", () => {
  const curve = { seed: 0.4, steps: [{ ...step(1, 0.95), best: 0.984, candidate: 151, low: 0.886, high: 0.991 }] };
  const points = pointsOf(curve, []);
  expect(points.map(({ calls, best }) => [calls, best])).toEqual([[0, 0.4], [10, 0.95]]);
  expect(points.every(({ best, low, high }) => low == null || high == null || (low <= best && best <= high))).toBe(true);
});

it("says whose answers the band is of, and of a generation from which nothing came that nothing did", () => {
  const curve = { seed: null, steps: [{ ...step(80, 0.95), best: 0.984, candidate: 151, low: 0.886, high: 0.991 }, { ...step(81, 0.95), best: null }] };
  const [last, bare] = pointsOf(curve, [{ generation: 80, candidates: 0, best: null, mean: null }, { generation: 81, candidates: 2, best: 0.5, mean: 0.5 }]).map(words);
  expect(last).toBe("0.89 to 0.99 by the answers of c151, which led, the search believes 0.984, no candidate came of this generation");
  expect(bare).toBe("mean of the generation’s candidates 0.500");
});
