import { expect, it } from "vitest";
import type { Spent } from "@/api/types";
import { raisedSince, resumed } from "./rests";

const spent = { calls: 60, usd: 0.96, tokens_in: 10, tokens_out: 5, seconds: 60 } as Spent;
const calls = "the budget's limit on calls is spent";

it("does not say that a run goes on which rests again", () => {
  expect(resumed({ status: "running", detail: "" })).toBe("It goes on.");
  expect(resumed({ status: "finished", detail: "" })).toBe("It goes on.");
  expect(resumed({ status: "paused", detail: calls })).toBe(`It rests again: ${calls}. Raise that limit under Budget, then resume.`);
  expect(resumed({ status: "paused", detail: "the workspace's limit on USD is spent; an admin of the workspace raises it" })).not.toContain("under Budget");
});
it("knows a limit that was raised or lifted since it put the run down", () => {
  expect([{ calls: 60 }, { calls: 61 }, { calls: 200 }, {}].map((budget) => raisedSince(calls, spent, budget))).toEqual([false, false, true, true]);
  expect(raisedSince("the budget's limit on USD is spent: what is left is less than one call may take", spent, { usd: 1, calls: 500 })).toBe(false);
  expect(raisedSince("somebody paused it", spent, {})).toBe(false);
});
