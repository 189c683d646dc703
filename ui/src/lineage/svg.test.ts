import { expect, it } from "vitest";
import type { Mark, Node } from "@/api/types";
import { colouring } from "./colouring";
import { lookOf } from "./look";
import { sceneOf } from "./scene";
import { svgOf } from "./svg";
import type { PlateStyle } from "./style";

const style = { ink: "#111", muted: "#555", edge: "#888", edgeFaint: "#bbb", hairline: "#ddd", fill: "#333", track: "#eee", accent: "#063", paper: "#fff", faint: "#999" } as PlateStyle;
const mark = (id: number, x: number, status: Node["status"], descent: boolean): Mark => ({
  id: `run1@c${id}`, x, y: 0, descent,
  edges: x ? [{ x: x - 1, y: 0, relation: "mutated_from", descent }] : [],
  node: {
    id: `run1@c${id}`, entry: id + 1, at: 0, generation: x, operator: null, model: "m", relation: "mutated_from", parents: [], prompt_hash: "", note: "", status, reason: "",
    score: { mean: 0.5, low: 0.4, high: 0.6, trials: 10, examples: 10 }, scores: {}, cost: 0, turned_away: 0,
  },
});

it("draws what was rejected as a cross, also where the line of descent goes through it", () => {
  const scene = sceneOf({ columns: 4, rows: 1, best: "run1@c3", total: 4, matching: null, matched: null, next: null, marks: [mark(0, 0, "kept", true), mark(1, 1, "dropped", true), mark(2, 2, "kept", true), mark(3, 3, "chosen", true)] });
  const colours = colouring(scene, "score", "light");
  const drawn = svgOf(scene, lookOf(scene, { colourOf: () => "#00f", matching: null, until: 99 }), colours, style, "a plate");
  expect(drawn).toMatch(/l6 6m0-6l-6 6" stroke="#063"[^>]*><title>c1 /);
  expect(drawn).toMatch(/<circle [^>]*><title>c2 /);
});

it("draws rings, finalists' outlines and the dash of a branch as the screen does", () => {
  const finalist = mark(2, 2, "finalist", false);
  const branch = { ...mark(1, 1, "kept", true), edges: [{ x: 0, y: 0, relation: "branch_of", descent: true }] } as Mark;
  const scene = sceneOf({ columns: 4, rows: 1, best: "run1@c3", total: 4, matching: null, matched: null, next: null, marks: [mark(0, 0, "kept", true), branch, finalist, mark(3, 3, "chosen", true)] });
  const drawn = svgOf(scene, lookOf(scene, { colourOf: () => "#00f", matching: null, until: 99 }), colouring(scene, "score", "light"), style, "a plate");
  // a ring half full, its empty part below it
  expect(drawn).toContain('stroke="#eee" stroke-width="1.9"');
  expect(drawn).toMatch(/<path d="M[\d. ]+A[\d. ]+ 0 0 1 [\d. ]+" fill="none" stroke="#063"/);
  expect(drawn.match(/fill="none" stroke="#111"/g)).toHaveLength(2);
  expect(drawn).toMatch(/stroke="#fff" stroke-width="4.8"[^>]* stroke-dasharray="4 8"/);
});
it("gives rejected ones the shape of their word beside its colour", () => {
  const scene = sceneOf({ columns: 3, rows: 1, best: "run1@c2", total: 3, matching: null, matched: null, next: null, marks: [mark(0, 0, "kept", true), { ...mark(1, 1, "dropped", false) }, mark(2, 2, "chosen", true)] });
  const drawn = svgOf(scene, lookOf(scene, { colourOf: () => "#00f", shapeOf: () => 1, matching: null, until: 99 }), colouring(scene, "operator", "light"), style, "a plate");
  expect(drawn).toMatch(/<polygon [^>]*fill="none" stroke="#00f"\/>\n<path [^>]*l6 6m0-6l-6 6/);
});
