import { expect, it } from "vitest";
import type { RunSummary } from "@/api/types";
import { forest } from "./forest";

const run = (run: string, branch_of: string | null) => ({ run, branch_of }) as RunSummary;

it("puts branches under their origin and keeps those whose origin is not listed", () => {
  const rows = forest([run("c3", "b2"), run("b2", "a1"), run("x9", "gone"), run("a1", null), run("b1", "a1")]);
  expect(rows.map((row) => `${" ".repeat(row.depth)}${row.run.run}`)).toEqual(["x9", "a1", " b2", "  c3", " b1"]);
});
