import { expect, it } from "vitest";
import type { Row } from "@/api/types";
import { answerCost, measuresOf, said, usualAxes } from "./measures";

const row = (measures: Partial<Row["measures"][number]>[], more: Partial<Row> = {}) => ({ score: { mean: 0.5, low: 0.4, high: 0.6, trials: 10, examples: 10 }, scores: {}, cost: 1, generation: 0, answers_cost: 0.02, answers_paid: 40, proposal_cost: 0.9, measures, ...more }) as unknown as Row;
const accuracy = { name: "accuracy", direction: "maximize", mean: 0.5, low: 0.4, high: 0.6 } as const;
const tokens = { name: "prompt_tokens", direction: "minimize", mean: 40, low: null, high: null } as const;
const polite = { name: "polite", direction: null, mean: 0.9, low: 0.8, high: 1 } as const;

it("divides what answers cost by the answers that were paid for, and nothing else", () => {
  expect(answerCost(row([]))).toBeCloseTo(0.0005);
  expect(answerCost(row([], { answers_paid: 0 }))).toBeNull();
  expect(answerCost(row([], { answers_cost: null }))).toBeNull();
});
it("offers the run's objectives and named scores, each with the end that is wanted", () => {
  const measures = measuresOf([row([accuracy, tokens, polite])]);
  expect([...measures.keys()].slice(-3)).toEqual(["m.accuracy", "m.prompt_tokens", "m.polite"]);
  expect(["m.accuracy", "m.prompt_tokens", "m.polite"].map((name) => measures.get(name)?.better)).toEqual(["more", "less", "more"]);
  expect(said(measures.get("m.polite")!, row([polite]))).toBe("polite 0.90 (0.80 to 1.00)");
  expect(said(measures.get("m.prompt_tokens")!, row([tokens]))).toBe("prompt tokens 40");
  expect(measures.get("m.polite")?.of(row([]))).toBeNull();
});
it("takes two declared objectives for axes, what is to rise upwards", () => {
  const axes = (...of: Partial<Row["measures"][number]>[]) => usualAxes([row(of)], measuresOf([row(of)]));
  expect(axes(tokens, accuracy)).toEqual({ up: "m.accuracy", across: "m.prompt_tokens" });
  expect(axes(accuracy, { ...polite, direction: "maximize" })).toEqual({ up: "m.accuracy", across: "m.polite" });
  expect(axes({ ...accuracy, name: "score" }, tokens)).toEqual({ up: "score", across: "m.prompt_tokens" });
  expect(axes({ ...accuracy, name: "score" }, polite)).toEqual({ up: "score", across: "cost" });
  expect(axes()).toEqual({ up: "score", across: "cost" });
});
