import { expect, it } from "vitest";
import { around, evenly, linear, ticks } from "./scale";

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
it("writes the figures of an axis with the same decimals", () => {
  expect(evenly(["$0.0000600", "$0.0000800", "$0.00010", "$0.00012"])).toEqual(["$0.00006", "$0.00008", "$0.00010", "$0.00012"]);
  expect(evenly(["$0.00", "$0.020", "$0.040"])).toEqual(["$0.00", "$0.02", "$0.04"]);
  expect(evenly(["0.00", "0.20", "1.00"])).toEqual(["0.00", "0.20", "1.00"]);
  expect(evenly(["0", "0.5", "1"])).toEqual(["0", "0.5", "1"]);
  expect(evenly(["0", "1,000"])).toEqual(["0", "1,000"]);
});
