import { expect, it } from "vitest";
import type { Curve } from "@/api/types";
import { pointsOf } from "./points";

const step = (generation: number, best: number | null): Curve["steps"][number] => ({
  generation, best, calls: generation * 10, usd: 0, tokens: 0, seconds: 0, leading: best, mean: null, candidate: null, low: null, high: null,
});

it("keeps each generation's own number and mean, and draws none that has no fitness", () => {
  const points = pointsOf({ seed: 0.4, steps: [step(0, null), step(1, 0.5), step(3, 0.7)] }, [{ generation: 3, candidates: 4, best: 0.7, mean: 0.6 }]);
  expect(points.map(({ generation, best, mean }) => [generation, best, mean])).toEqual([[1, 0.5, null], [3, 0.7, 0.6]]);
});
