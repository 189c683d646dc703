import { describe, expect, test } from "vitest";
import { shortfall } from "./shortfall";

const phase = (low: number) => ({ phase: "search", usd: { low, high: 5 * low } }) as never;

describe("shortfall", () => {
  test("a limit that pays for a part of the phases alone is told", () => {
    expect(shortfall({ usd: { low: 1, likely: 1, high: 1 }, phases: [phase(33.29), phase(1.4)] })).toEqual({ needed: 34.69, most: 1 });
  });
  test("nothing is said where the limit pays for them, or a price is unknown", () => {
    expect(shortfall({ usd: { low: 1, likely: 1, high: 2 }, phases: [phase(0.9), phase(0.2)] })).toBeNull();
    expect(shortfall({ usd: null, phases: [phase(33)] })).toBeNull();
  });
});
