import { expect, it } from "vitest";
import type { Matrix } from "@/api/types";
import { flipped } from "./flipped";
import { ordered } from "./ordered";

const matrix: Matrix = { split: "train", candidates: [0, 4, 7], examples: [3, 5, 8, 9], scores: [[1, 0, 1, null], [0, 1, 1, 1], [1, 1, 1, 0]] };
const view = ordered(matrix, "id");

it("leaves what went over, won before lost, with the two on top", () => {
  const found = flipped(view, "c0", "c4");
  expect(found).toMatchObject({ examples: [5, 3], change: [1, -1], won: 1, lost: 1, both: 3 });
  expect(found?.candidates.slice(0, 2)).toEqual(["c4", "c0"]);
  expect([found?.at(0, 0), found?.at(1, 0), found?.at(0, 1), found?.at(1, 1)]).toEqual([1, 0, 0, 1]);
});
it("has nothing to say of a candidate that met none, nor of one against itself", () => {
  expect(flipped(view, "c0", "c9")).toBeNull();
  expect(flipped(view, "c4", "c4")).toMatchObject({ examples: [], won: 0, lost: 0, both: 4 });
});
