import { expect, it } from "vitest";
import type { Curve } from "@/api/types";
import { pointsOf, words } from "./points";

const step = (generation: number, best: number | null): Curve["steps"][number] => ({
  generation, best, calls: generation * 10, usd: 0, tokens: 0, seconds: 0, leading: best, mean: null, candidate: null, low: null, high: null,
});

it("keeps each generation's own number and mean, and draws none that has no fitness", () => {
  const points = pointsOf({ seed: 0.4, steps: [step(0, null), step(1, 0.5), step(3, 0.7)] }, [{ generation: 3, candidates: 4, best: 0.7, mean: 0.6 }]);
  expect(points.map(({ generation, best, mean }) => [generation, best, mean])).toEqual([[1, 0.5, null], [3, 0.7, 0.6]]);
});

it("says whose answers the band is of, and of a generation from which nothing came that nothing did", () => {
  const curve = { seed: null, steps: [{ ...step(80, 0.984), candidate: 151, low: 0.886, high: 0.991 }, { ...step(81, 0.984) }] };
  const [last, bare] = pointsOf(curve, [{ generation: 80, candidates: 0, best: null, mean: null }, { generation: 81, candidates: 2, best: 0.5, mean: 0.5 }]).map(words);
  expect(last).toBe("c151 led, whose own answers score 0.89 to 0.99, no candidate came of this generation");
  expect(bare).toBe("mean of the generation’s candidates 0.500");
});
