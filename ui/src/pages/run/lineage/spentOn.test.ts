import { expect, it } from "vitest";
import { spentOn } from "./spentOn";

it("says what an answer cost, and apart from it the proposal", () => {
  expect(spentOn({ answers_cost: 0.02, answers_paid: 40, proposal_cost: 0.9 })).toBe(": $0.00050 an answer (40 paid answers), $0.900 its proposal");
  expect(spentOn({ answers_cost: 0.02, answers_paid: 1, proposal_cost: 0 })).toBe(": $0.020 an answer (1 paid answer)");
  expect(spentOn({ answers_cost: null, answers_paid: 2, proposal_cost: null })).toBe(": 2 paid answers of unknown price, its proposal of unknown price");
  expect(spentOn({ answers_cost: 0, answers_paid: 0, proposal_cost: 0 })).toBe(": no paid answer");
});
