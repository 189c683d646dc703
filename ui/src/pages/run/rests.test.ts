import { expect, it } from "vitest";
import type { RunDetail, RunSummary } from "@/api/types";
import { resumed, stopping } from "./rests";

const calls = "the budget's limit on calls is spent";

it("does not say that a run goes on which rests again", () => {
  expect(resumed({ status: "running", detail: "" })).toBe("It goes on.");
  expect(resumed({ status: "finished", detail: "" })).toBe("It goes on.");
  expect(resumed({ status: "paused", detail: calls })).toBe(`It rests again: ${calls}. Raise that limit under Budget, then resume.`);
  expect(resumed({ status: "paused", detail: "the workspace's limit on USD is spent; an admin of the workspace raises it" })).not.toContain("under Budget");
});
it("ends the search of a run that goes on or rests, with words of its own for each", () => {
  const of = (change: Partial<RunSummary>) => stopping({ run: { mode: "optimize", status: "running", candidates: 3, deleted: false, ...change } as RunDetail["run"] });
  expect(of({})).toContain("pause instead");
  expect(of({ status: "paused" })).toContain("resume instead");
  expect(of({ status: "failed" })).toContain("resume instead");
  expect(of({ mode: "evaluate" })).toContain("put down");
  expect([of({ status: "finished" }), of({ deleted: true }), of({ status: "paused", candidates: 0 }), of({ status: "paused", mode: "evaluate" })]).toEqual([null, null, null, null]);
});
