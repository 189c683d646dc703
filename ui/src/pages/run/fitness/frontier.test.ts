import { expect, it } from "vitest";
import { frontier } from "./frontier";

it("keeps what no other point beats in both", () => {
  expect(frontier([[1, 0.5], [2, 0.4], [2, 0.7], [3, 0.7], [0.5, 0.2]])).toEqual([4, 0, 2]);
  expect(frontier([])).toEqual([]);
});
it("knows which end of each is wanted", () => {
  const points = [[0.9, 5], [0.8, 2], [0.7, 9], [0.95, 9]] as const;
  expect(frontier(points, ["more", "less"])).toEqual([1, 0, 3]);
  expect(frontier(points, ["more", "more"])).toEqual([3]);
  expect(frontier(points, [null, "more"])).toEqual([2]);
});
