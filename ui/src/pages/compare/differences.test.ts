import { expect, it } from "vitest";
import type { Side } from "@/api/types";
import { differences } from "./differences";

const side = (change: Partial<Side>): Side => ({ run: "one1", status: "finished", description: "", strategy: "auto", model: "m", simulated: false, seed: 1, budget: { calls: 10 }, spent: {} as Side["spent"], candidates: 1, rejected: 0, evidence: null, curve: [], ...change });

it("is silent where runs are alike, and names what differs", () => {
  expect(differences([side({}), side({ run: "two2", seed: 2 })])).toEqual([]);
  const found = differences([side({}), side({ run: "two2", model: "n", status: "paused", budget: { calls: 20 } })]);
  expect(found.map((text) => text.slice(0, 12))).toEqual(["The task mod", "The budgets ", "Not finished"]);
});
