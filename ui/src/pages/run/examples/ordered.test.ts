import { expect, it } from "vitest";
import type { Matrix } from "@/api/types";
import { ordered } from "./ordered";

const matrix: Matrix = { split: "train", candidates: [0, 4, 1], examples: [3, 5, 8, 9], scores: [[1, 0, 1, null], [null, null, null, null], [1, 0, 0, null]] };

it("puts the hardest or the most telling examples first and the unanswered last", () => {
  expect(ordered(matrix, "difficulty").examples).toEqual([5, 8, 3, 9]);
  expect(ordered(matrix, "discrimination").examples).toEqual([8, 3, 5, 9]);
  expect(ordered(matrix, "id").examples).toEqual([3, 5, 8, 9]);
});
it("keeps scores with their cells, and leaves out candidates that met none", () => {
  const view = ordered(matrix, "difficulty");
  expect([view.at(0, 1), view.at(1, 1), view.at(1, 3), view.at(7, 0)]).toEqual([1, 0, null, null]);
  expect([view.candidates, view.answered, view.means]).toEqual([["c0", "c1"], 6, [2 / 3, 1 / 3]]);
});
