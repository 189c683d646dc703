import { describe, expect, it } from "vitest";
import type { Lineage, Mark, Node } from "@/api/types";
import { columnsAhead, nearest, pathTo, sceneOf, scoreRange, step } from "./scene";

const node = (id: string, mean: number | null, status: Node["status"] = "kept"): Node => ({
  id, entry: Number(id.split("@c")[1]) + 1, at: 0, generation: 0, operator: null, model: "m", relation: "mutated_from", parents: [], prompt_hash: "", note: "", status, reason: "",
  score: mean === null ? null : { mean, low: mean, high: mean, trials: 10, examples: 10 }, scores: {}, cost: 0, turned_away: 0,
});
const mark = (id: string, x: number, y: number, from: [number, number][], mean: number | null = 0.5, descent = false): Mark => ({
  id, x, y, descent, edges: from.map(([x, y]) => ({ x, y, relation: "mutated_from", descent: false })), node: node(id, mean),
});
const lineage: Lineage = {
  columns: 3, rows: 3, best: "run1@c3", total: 5, matching: null, matched: null, next: null,
  marks: [
    mark("run1@c0", 0, 0, [], 0.3, true),
    mark("run1@c1", 1, 0, [[0, 0]], 0.5, true),
    mark("run1@c3", 2, 0, [[1, 0], [1, 1]], 0.7, true),
    mark("run1@c2", 1, 1, [[0, 0]], null),
    mark("run1@c4", 1, 2, [[0, 0]], 0.4),
  ],
};

describe("the replay of several runs", () => {
  // run1 had three candidates when run2 branched from c1, and went on beside it
  const timed = (mark: Mark, at: number, parents: string[] = []): Mark => ({ ...mark, node: { ...mark.node, at, parents } });
  const first = lineage.marks.map((mark, at) => timed(mark, [10, 20, 60, 30, 80][at] ?? 0));
  const branch = [timed(mark("run2@c0", 2, 1, [[1, 0]]), 40, ["run1@c1"]), timed(mark("run2@c1", 2, 2, [[2, 1]]), 70, ["run2@c0"])];
  const shown = (marks: Mark[]) => {
    const { moments } = sceneOf({ ...lineage, marks });
    return marks.map((mark, at) => ({ id: mark.id, moment: moments[at] ?? 0 })).sort((a, b) => a.moment - b.moment).map(({ id }) => id);
  };
  it("shows what was inherited, and then what each grew, as the clock had it", () => {
    expect(shown([...first, ...branch])).toEqual(["run1@c0", "run1@c1", "run1@c2", "run2@c0", "run1@c3", "run2@c1", "run1@c4"]);
  });
  it("never shows a candidate before what it hangs on, whatever the clocks say", () => {
    const early = branch.map((mark) => timed(mark, 5, mark.node.parents));
    expect(shown([...first, ...early]).slice(0, 4)).toEqual(["run1@c0", "run1@c1", "run2@c0", "run2@c1"]);
  });
  it("shows one run after the other where no clock is known, and a run alone by its journal", () => {
    const without = [...first, ...branch].map((mark) => timed(mark, 0, mark.node.parents));
    expect(shown(without).slice(5)).toEqual(["run2@c0", "run2@c1"]);
    expect([...sceneOf(lineage).moments]).toEqual(lineage.marks.map(({ node }) => node.entry));
  });
});

describe("scene", () => {
  const scene = sceneOf(lineage);
  it("finds parents by place, and keeps merges apart from the tree", () => {
    expect([...scene.parent]).toEqual([-1, 0, 1, 0, 0]);
    expect(scene.extra).toEqual([{ child: 2, parent: 3, relation: 1 }]);
    expect(scene.children[0]).toEqual([1, 3, 4]);
  });
  it("turns edges before the parent's straight child", () => {
    const wide = sceneOf({ ...lineage, columns: 6, marks: [mark("run1@c0", 0, 0, [], 0.3), mark("run1@c1", 2, 0, [[0, 0]]), mark("run1@c2", 5, 1, [[0, 0]]), mark("run1@c4", 1, 2, [[0, 0]])] });
    expect([...wide.bend].map((at) => Math.round(at * 100) / 100)).toEqual([0, 1.38, 1.38, 0.38]);
  });
  it("knows how far a number beside a node may reach", () => {
    const long = sceneOf({ ...lineage, columns: 6, marks: [mark("run1@c0", 0, 0, [], 0.3), mark("run1@c1", 4, 0, [[0, 0]]), mark("run1@c2", 1, 1, [[0, 0]])] });
    expect([columnsAhead(scene, 0), columnsAhead(scene, 4), columnsAhead(long, 0)]).toEqual([1, Infinity, 4]);
  });
  it("draws the line of descent from the root to the best", () => {
    expect(scene.descent).toEqual([0, 1, 2]);
    expect(pathTo(scene.parent, 4)).toEqual([0, 4]);
    expect(pathTo(scene.parent, -1)).toEqual([]);
  });
  it("moves as the arrow keys say, and stays at the edges", () => {
    expect([step(scene, 1, "parent"), step(scene, 0, "parent"), step(scene, 0, "child"), step(scene, 1, "below"), step(scene, 3, "below"), step(scene, 4, "below"), step(scene, 1, "above")]).toEqual([0, 0, 1, 3, 4, 4, 1]);
  });
  it("finds the node under the pointer and none far from all", () => {
    const find = (x: number, y: number, within = 12) => nearest(scene, x, y, { x: 80, y: 24 }, within, () => true);
    expect([find(1.05, 0.1), find(1, 1.2), find(0.5, 0.5), find(2, 2)]).toEqual([1, 3, -1, -1]);
    expect(nearest(scene, 1, 0, { x: 80, y: 24 }, 12, (at) => at !== 1)).toBe(-1);
  });
  it("spreads the scale over the scores that there are", () => {
    expect(scoreRange(scene)).toEqual([0.3, 0.7]);
    const [low, high] = scoreRange(sceneOf({ ...lineage, marks: [mark("run1@c0", 0, 0, [], 0.5)] }));
    expect(high - low).toBeCloseTo(0.1);
  });
});
