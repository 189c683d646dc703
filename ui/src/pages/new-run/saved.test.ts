import { expect, it } from "vitest";
import { numberOf, savedName, savedOf, elsewhere } from "./saved";

it("reads what a run file names of the workspace", () => {
  expect(savedOf("library://qa")).toEqual({ name: "qa", version: undefined });
  expect(savedOf(savedName("qa.v2", 3))).toEqual({ name: "qa.v2", version: "3" });
  expect(savedOf("file://data.jsonl")).toBeNull();
});
it("finds the version that is meant", () => {
  const item = { versions: 4, labels: { good: 2 } };
  expect([undefined, "3", "good", "gone"].map((version) => numberOf(version, item))).toEqual([4, 3, 2, 0]);
});

it("knows a file of examples that only the run file knows", () => {
  expect(["file://data.jsonl", "file://data.csv", "library://sums@3", "", "file://more/sums.jsonl", "sums.csv"].map(elsewhere)).toEqual([null, null, null, null, "more/sums.jsonl", "sums.csv"]);
});
