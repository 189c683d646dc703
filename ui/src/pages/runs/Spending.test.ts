import { expect, it } from "vitest";
import type { Spent } from "@/api/types";
import { nearest } from "./Spending";

const spent = { usd: 0.5, calls: 90, tokens_in: 10, tokens_out: 10, seconds: 60 } as Spent;

it("tells of the limit that is nearest", () => {
  expect(nearest(spent, { usd: 1, calls: 100 })?.words).toBe("90 % of 100 calls");
  expect(nearest(spent, { usd: 1, minutes: 100 })?.words).toBe("50 % of $1.00");
  expect(nearest(spent, {})).toBeNull();
  expect(nearest(spent, null)).toBeNull();
});
