import { expect, it } from "vitest";
import { frontier } from "./frontier";

it("keeps what no other point beats in both", () => {
  expect(frontier([[1, 0.5], [2, 0.4], [2, 0.7], [3, 0.7], [0.5, 0.2]])).toEqual([4, 0, 2]);
  expect(frontier([])).toEqual([]);
});
