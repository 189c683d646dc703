import { expect, it } from "vitest";
import { around, linear, ticks } from "./scale";

it("puts ticks on round numbers inside the range", () => {
  expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
  expect(ticks(0.31, 0.74)).toEqual([0.4, 0.5, 0.6, 0.7]);
  expect(ticks(0, 2843)).toEqual([0, 1000, 2000]);
  expect(ticks(3, 3)).toEqual([3]);
});
it("maps and pads", () => {
  expect(linear([0, 10], [100, 0])(2.5)).toBe(75);
  expect(around([0.5, 0.5], [0, 1], 0.2)).toEqual([0.4, 0.6]);
  expect(around([], [0, 1], 0.2)).toEqual([0, 1]);
});
