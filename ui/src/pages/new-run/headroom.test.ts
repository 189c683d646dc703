import { expect, it } from "vitest";
import { seedFound } from "./headroom";

const answer = (example: number, score: number) => ({ example, score, error: null });

it("counts an example once however often it was asked, and tells noise from difference", () => {
  const found = seedFound([answer(1, 1), answer(1, 0), answer(2, 1), answer(2, 1), { ...answer(3, 0), error: { kind: "refused" as const, message: "" } }]);
  expect([found?.score, found?.n, found?.noise]).toEqual([0.75, 2, 0.5]);
  expect((found?.low ?? 1) < 0.75 && (found?.high ?? 0) > 0.75).toBe(true);
});
it("says nothing of nothing, and knows no noise where nothing was asked twice", () => {
  expect(seedFound([])).toBeNull();
  expect(seedFound([answer(1, 1)])?.noise).toBeNull();
});
