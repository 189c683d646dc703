import { expect, it } from "vitest";
import { flipsBetween } from "./flips";

it("tells won from lost on what both answered", () => {
  const a = { candidates: [0, 7], examples: [1, 2, 3, 4, 5], scores: [[0, 0, 0, 0, 0], [1, 0, 0.5, 1, null]] };
  const b = { candidates: [0, 3], examples: [5, 4, 3, 2, 9], scores: [[0, 0, 0, 0, 0], [1, 0, 0.5, 1, 1]] };
  expect(flipsBetween(a, "c7", b, "c3")).toEqual({ won: [2], lost: [4] });
  expect(flipsBetween(a, "c8", b, "c3")).toEqual({ won: [], lost: [] });
});
