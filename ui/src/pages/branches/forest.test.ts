import { expect, it } from "vitest";
import type { RunSummary } from "@/api/types";
import { forest } from "./forest";

const run = (run: string, branch_of: string | null) => ({ run, branch_of }) as RunSummary;
const worths = (lows: Record<string, number>, proved = true) => new Map(Object.entries(lows).map(([run, low]) => [run, { low, proved }]));

it("puts branches under their origin and keeps those whose origin is not listed", () => {
  const rows = forest([run("c3", "b2"), run("b2", "a1"), run("x9", "gone"), run("a1", null), run("b1", "a1")]);
  expect(rows.map((row) => `${" ".repeat(row.depth)}${row.run.run}`)).toEqual(["x9", "a1", " b2", "  c3", " b1"]);
});
it("draws on the line of a run past its first branch, and not past its last", () => {
  const rows = forest([run("c3", "b2"), run("b2", "a1"), run("a1", null), run("b1", "a1")]);
  expect(rows.map((row) => [row.run.run, row.rails, row.forks])).toEqual([["a1", [], true], ["b2", [true], true], ["c3", [true, false], false], ["b1", [false], false]]);
});
it("marks the way to the best of a tree, past the rows between, and none for a run alone", () => {
  const rows = forest([run("b2", "a1"), run("a1", null), run("b1", "a1"), run("z1", null)], worths({ b2: 0.5, a1: 0.4, b1: 0.7, z1: 0.9 }));
  expect(rows.filter((row) => row.descent).map((row) => row.run.run)).toEqual(["a1", "b1"]);
  expect(rows.map((row) => row.leads)).toEqual([true, false, false, false]);
  expect(rows.find((row) => row.run.run === "b2")?.descentRails).toEqual([true]);
});
it("ends where runs name each other in a circle", () => {
  expect(forest([run("a1", "b1"), run("b1", "a1"), run("c1", null)], worths({ a1: 0.1, b1: 0.2 })).map((row) => row.run.run)).toEqual(["c1"]);
});
it("leads past 1.00 on one example to 0.98 on 45, and past train scores to test scores", () => {
  const way = (of: ReadonlyMap<string, { low: number; proved: boolean }>) => forest([run("b1", "a1"), run("a1", null)], of).filter((row) => row.descent).map((row) => row.run.run);
  expect(way(worths({ a1: 0.884, b1: 0.207 }))).toEqual(["a1"]);
  expect(way(new Map([["a1", { low: 0.4, proved: true }], ["b1", { low: 0.9, proved: false }]]))).toEqual(["a1"]);
  expect(way(worths({ a1: 0.2, b1: 0.6 }, false))).toEqual(["a1", "b1"]);
  expect(way(new Map())).toEqual([]);
});
