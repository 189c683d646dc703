import { expect, it } from "vitest";
import { changes } from "./changes";

it("tells what differs, field by field", () => {
  expect(changes({ calls: 100, usd: 2 }, { calls: 300, usd: 2, minutes: 5 })).toEqual([{ name: "calls", before: "100", after: "300" }, { name: "minutes", after: "5" }]);
  expect(changes(null, { role: "viewer", note: null })).toEqual([{ name: "role", after: "viewer" }]);
  expect(changes({ models: ["a"] }, null)).toEqual([{ name: "models", before: '["a"]' }]);
});
it("goes into fields of fields", () => {
  expect(changes({ budget: {} }, { budget: { usd: 12 } })).toEqual([{ name: "budget.usd", after: "12" }]);
  expect(changes({ budget: { usd: 12, calls: 9 } }, { budget: null })).toEqual([{ name: "budget.usd", before: "12" }, { name: "budget.calls", before: "9" }]);
});
it("takes what is no record as it is", () => {
  expect(changes("old", "new")).toEqual([{ name: "", before: "old", after: "new" }]);
  expect(changes(null, null)).toEqual([]);
});
