import { expect, it } from "vitest";
import type { Side } from "@/api/types";
import { differences } from "./differences";

const side = (change: Partial<Side>): Side => ({ run: "one1", status: "finished", description: "", strategy: "auto", model: "m", simulated: false, data: "d1", source: "data.jsonl", checks: ["right (contains)"], seed: 1, budget: { calls: 10 }, spent: {} as Side["spent"], candidates: 1, rejected: 0, evidence: null, curve: [], ...change });

it("is silent where runs are alike, and names what differs", () => {
  expect(differences([side({}), side({ run: "two2", seed: 2 })])).toEqual([]);
  expect(differences([side({}), side({ run: "two2", data: "d2", source: "other.jsonl" })])[0]?.text).toContain("one1: data.jsonl; two2: other.jsonl");
  expect(differences([side({}), side({ run: "two2", data: "d2" })])[0]?.text).toContain("though their names are alike");
  // other checks are other data too: the plainer of the two is said
  expect(differences([side({}), side({ run: "two2", data: "d2", checks: ["equals"] })])).toHaveLength(1);
  const found = differences([side({}), side({ run: "two2", model: "n", status: "paused", budget: { calls: 20 } })]);
  expect(found.map(({ text, grave }) => [text.slice(0, 12), grave])).toEqual([["The task mod", true], ["The budgets ", false], ["Not finished", false]]);
});
it("goes by the model that answered the test examples, where generations have several", () => {
  const tested = (model: string) => ({ model } as Side["evidence"]);
  expect(differences([side({ evidence: tested("newer") }), side({ run: "two2", evidence: tested("newer"), model: "n" })])).toEqual([]);
  expect(differences([side({ evidence: tested("newer") }), side({ run: "two2" })])[0]?.text).toContain("(one1: newer; two2: m)");
});
