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
