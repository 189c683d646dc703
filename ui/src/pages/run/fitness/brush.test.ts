import { expect, it } from "vitest";
import type { Row } from "@/api/types";
import { asFilter, holds, read, written } from "./brush";
import { measuresOf } from "./measures";

const node = (mean: number, cost: number, validation?: number) =>
  ({ score: { mean, low: mean - 0.1, high: mean + 0.1, trials: 10 }, scores: validation === undefined ? {} : { validation: { mean: validation } }, cost, answers_cost: cost * 10, answers_paid: 10, measures: [{ name: "a b:c", direction: "maximize", mean }], generation: 2 }) as unknown as Row;
const measures = measuresOf([node(0.5, 1)]);

it("is in the address and comes back from it", () => {
  const brush = { score: [0.512345, 0.8], cost: [0, 0.00012], generation: [1, 4] } as const;
  expect(written(brush)).toBe("score:0.5123..0.8,cost:0..0.00012,generation:1..4");
  expect(read(written(brush), measures)).toEqual({ score: [0.5123, 0.8], cost: [0, 0.00012], generation: [1, 4] });
  expect(read("cost:1e-7..2e-6", measures)).toEqual({ cost: [1e-7, 2e-6] });
  const named = { "m.a%20b%3Ac": [0, 0.5] } as const;
  expect(read(written(named), measures)).toEqual(named);
  expect(written({})).toBeUndefined();
});
it("takes what an address makes up for nothing, and turned ends round", () => {
  expect(read("moon:1..2,score:x..1,score:0.9..0.1,<b>:0..1", measures)).toEqual({ score: [0.1, 0.9] });
});
it("holds what lies in every range, and nothing that has no value", () => {
  const brush = { score: [0.5, 0.7], validation: [0.4, 1] } as const;
  expect([node(0.6, 1, 0.5), node(0.6, 1), node(0.8, 1, 0.5), node(0.7, 1, 0.4)].map((one) => holds(brush, measures, one))).toEqual([true, false, false, true]);
  expect(holds({}, measures, node(0, 0))).toBe(true);
});
it("becomes a filter as far as there are fields", () => {
  expect(asFilter({ score: [0.5, 0.7], validation: [0, 1] }, measures)).toEqual({ filter: "score >= 0.5 and score <= 0.7", without: ["score, validation"] });
});
