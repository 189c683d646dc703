import { expect, it } from "vitest";
import { wordDiff } from "./wordDiff";

const side = (runs: ReturnType<typeof wordDiff>, without: string) => runs.filter((run) => run.kind !== without).map((run) => run.text).join("");

it.each([["Solve it. End with a number.", "Solve it step by step. End with the number."], ["", "new"], ["a b c", "a b c"], ["one two", "three four five"], ["x y\n\nz {{q}}", "x\n\nz w {{q}}"]])("gives both texts back: %s", (a, b) => {
  const runs = wordDiff(a, b);
  expect(side(runs, "insert")).toBe(a);
  expect(side(runs, "delete")).toBe(b);
});
it("marks only what changed", () => {
  expect(wordDiff("keep this old word", "keep this new word")).toEqual([{ kind: "equal", text: "keep this " }, { kind: "delete", text: "old" }, { kind: "insert", text: "new" }, { kind: "equal", text: " word" }]);
  // the empty line stays where it is, and is there once
  expect(wordDiff("Solve it.\n\nQ: {{q}}", "Solve it step by step.\n\nQ: {{q}}")).toEqual([{ kind: "equal", text: "Solve " }, { kind: "delete", text: "it." }, { kind: "insert", text: "it step by step." }, { kind: "equal", text: "\n\nQ: {{q}}" }]);
});
