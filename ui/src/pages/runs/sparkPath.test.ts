import { expect, it } from "vitest";
import type { Rise } from "@/api/types";
import { sparkPath } from "./sparkPath";

const curve = (seed: number | null, ...bests: number[]) => ({ seed, steps: bests.map((best, at) => ({ best, calls: (at + 1) * 10 })) }) as Pick<Rise, "seed" | "steps">;

it("rises in steps from the seed, and a small gain stays small", () => {
  expect(sparkPath(curve(0, 0.5, 1), 106, 26)).toEqual({ line: "M3 23H53V13H103V3", end: [103, 3] });
  expect(sparkPath(curve(0.9, 0.5, 1), 106, 26)?.line).toBe("M3 23H53V23H103V3");
  expect(sparkPath(curve(0.5, 0.51), 106, 26)?.end[1]).toBe(21);
});
it("is nothing before a generation closed", () => {
  expect(sparkPath(curve(0.4), 100, 20)).toBeNull();
  expect(sparkPath(undefined, 100, 20)).toBeNull();
});
