import { expect, it } from "vitest";
import { resumed } from "./rests";

const calls = "the budget's limit on calls is spent";

it("does not say that a run goes on which rests again", () => {
  expect(resumed({ status: "running", detail: "" })).toBe("It goes on.");
  expect(resumed({ status: "finished", detail: "" })).toBe("It goes on.");
  expect(resumed({ status: "paused", detail: calls })).toBe(`It rests again: ${calls}. Raise that limit under Budget, then resume.`);
  expect(resumed({ status: "paused", detail: "the workspace's limit on USD is spent; an admin of the workspace raises it" })).not.toContain("under Budget");
});
