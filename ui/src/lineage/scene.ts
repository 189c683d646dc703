import type { Lineage, Mark } from "@/api/types";
import { comb } from "./comb";

export const RELATIONS = ["seed", "mutated_from", "derived_from", "branch_of"] as const;

/** The tree in flat arrays, as the renderer reads it. Nodes by number, in drawing order: a node before what hangs on it. */
export interface Scene {
  marks: Mark[];
  index: Map<string, number>;
  /** Column and row of each node. Rows move while a tree grows, so they are floats. */
  xs: Float32Array;
  ys: Float32Array;
  /** The node each one hangs on, or -1. */
  parent: Int32Array;
  children: number[][];
  /** The column at which the edge to each node turns: before the parent's straight child, so that no edge seems to leave from that one. */
  bend: Float32Array;
  /** Which nodes hang on a rail. */
  teeth: Uint8Array;
  /** Edges beyond the first: merges. */
  extra: { child: number; parent: number; relation: number }[];
  relation: Uint8Array;
  columns: number;
  rows: number;
  /** Nodes of each column, by row. */
  byColumn: number[][];
  best: number;
  /** The line of descent, from the root to the best. */
  descent: number[];
  total: number;
  /** When each node joined, for the replay: the number of its journal entry, and among the candidates of several runs its place in the order of time. */
  moments: Float64Array;
}

export function sceneOf(lineage: Lineage): Scene {
  const { marks } = lineage;
  const index = new Map(marks.map((mark, at) => [mark.id, at]));
  const places = new Map<number, number>();
  const place = (x: number, y: number) => y * 65_536 + x;
  const xs = new Float32Array(marks.length);
  const ys = new Float32Array(marks.length);
  const parent = new Int32Array(marks.length).fill(-1);
  const relation = new Uint8Array(marks.length);
  const children: number[][] = marks.map(() => []);
  const byColumn: number[][] = Array.from({ length: lineage.columns }, () => []);
  marks.forEach((mark, at) => {
    places.set(place(mark.x, mark.y), at);
    xs[at] = mark.x;
    ys[at] = mark.y;
    byColumn[mark.x]?.push(at);
  });
  const extra: Scene["extra"] = [];
  marks.forEach((mark, at) => {
    mark.edges.forEach((edge, number) => {
      const from = places.get(place(edge.x, edge.y));
      if (from === undefined || from === at) return;
      const kind = Math.max(0, RELATIONS.indexOf(edge.relation));
      if (number === 0) {
        parent[at] = from;
        relation[at] = kind;
        children[from]?.push(at);
      } else {
        extra.push({ child: at, parent: from, relation: kind });
      }
    });
  });
  const { teeth, rows } = comb({ xs, ys, children }, (at) => marks[at]?.node.status === "dropped" && !marks[at]?.folded && !marks[at]?.descent);
  const bend = new Float32Array(marks.length);
  children.forEach((own, from) => {
    const x = xs[from] ?? 0;
    const straight = own.find((child) => ys[child] === ys[from]);
    const limit = straight === undefined ? Infinity : (xs[straight] ?? Infinity);
    const rail = own.reduce((least, child) => (teeth[child] ? Math.min(least, xs[child] ?? least) : least), Infinity);
    for (const child of own) bend[child] = Math.max(x + 0.36, Math.min(xs[child] ?? 0, limit, teeth[child] ? rail : Infinity) - 0.62);
  });
  for (const column of byColumn) column.sort((a, b) => (ys[a] ?? 0) - (ys[b] ?? 0));
  const best = lineage.best === null ? -1 : (index.get(lineage.best) ?? -1);
  return { marks, index, xs, ys, parent, relation, children, bend, teeth, extra, columns: lineage.columns, rows, byColumn, best, descent: pathTo(parent, best), total: lineage.total, moments: momentsOf(marks, parent) };
}

const runOfMark = (id: string) => id.slice(0, id.indexOf("@"));

/**
 * Entries of different journals have no common count. So where several runs are shown, candidates follow one another as they joined by the clock, whichever
 * run they joined, and none before what it hangs on: what a branch inherited, then what it and the run that it left grew side by side.
 */
function momentsOf(marks: readonly Mark[], parent: Int32Array): Float64Array {
  const runs = orderOf(marks);
  if (runs.size < 2) return Float64Array.from(marks, ({ node }) => node.entry);
  const at = new Float64Array(marks.length);
  // clocks of several machines, and servers that do not tell: a child is never older than its parent
  marks.forEach(({ node }, mark) => {
    at[mark] = Math.max(node.at ?? 0, at[parent[mark] ?? -1] ?? 0);
  });
  const run = marks.map(({ id }) => runs.get(runOfMark(id)) ?? 0);
  const order = marks.map((_, mark) => mark);
  order.sort((a, b) => (at[a] ?? 0) - (at[b] ?? 0) || (run[a] ?? 0) - (run[b] ?? 0) || (marks[a]?.node.entry ?? 0) - (marks[b]?.node.entry ?? 0));
  const moments = new Float64Array(marks.length);
  order.forEach((mark, place) => {
    moments[mark] = place;
  });
  return moments;
}

/** The runs that are shown, each after the one that it branched from. */
function orderOf(marks: readonly Mark[]): Map<string, number> {
  const from = new Map<string, string | null>();
  for (const { id, node } of marks) {
    const run = runOfMark(id);
    from.set(run, from.get(run) ?? node.parents.map(runOfMark).find((one) => one !== run) ?? null);
  }
  const order = new Map<string, number>();
  const place = (run: string, below: ReadonlySet<string>) => {
    // a circle of runs ends here
    if (!from.has(run) || order.has(run) || below.has(run)) return;
    const origin = from.get(run);
    if (origin) place(origin, new Set([...below, run]));
    order.set(run, order.size);
  };
  for (const run of from.keys()) place(run, new Set());
  return order;
}

/** The way from the root to a node over first parents. */
export function pathTo(parent: Int32Array, node: number): number[] {
  const path: number[] = [];
  for (let at = node; at >= 0 && path.length <= parent.length; at = parent[at] ?? -1) path.push(at);
  return path.reverse();
}

/** How many columns are free to the right of a node on its own row, up to the child that goes straight on; endless where none does. */
export function columnsAhead(scene: Scene, at: number): number {
  return (scene.children[at] ?? []).reduce((least, child) => (scene.ys[child] === scene.ys[at] ? Math.min(least, (scene.xs[child] ?? 0) - (scene.xs[at] ?? 0)) : least), Infinity);
}

/** Whether a disc with the outer ring of a finalist is in it: the best is a star and the seed a diamond whatever they met. */
export const hasFinalists = (scene: Scene): boolean => scene.marks.some(({ node }, at) => at !== scene.best && scene.parent[at] !== -1 && (node.status === "finalist" || node.status === "chosen"));

/** The range of scores, for the scale: never narrower than a tenth, so that noise is not painted as contrast. */
export function scoreRange(scene: Scene): [number, number] {
  let low = 1;
  let high = 0;
  for (const mark of scene.marks) {
    const mean = mark.node.score?.mean;
    if (mean === undefined || mark.node.status === "dropped") continue;
    low = Math.min(low, mean);
    high = Math.max(high, mean);
  }
  if (low > high) return [0, 1];
  const pad = Math.max(0, 0.1 - (high - low)) / 2;
  return [Math.max(0, low - pad), Math.min(1, high + pad)];
}

export type Direction = "parent" | "child" | "above" | "below";

/** Where an arrow key leads from a node. */
export function step(scene: Scene, from: number, direction: Direction): number {
  if (direction === "parent") return (scene.parent[from] ?? -1) >= 0 ? (scene.parent[from] as number) : from;
  if (direction === "child") {
    const children = scene.children[from] ?? [];
    // along the line of descent where the node is on it
    return children.find((child) => scene.marks[child]?.descent) ?? children[0] ?? from;
  }
  const column = scene.byColumn[scene.xs[from] ?? 0] ?? [];
  const at = column.indexOf(from);
  return column[at + (direction === "above" ? -1 : 1)] ?? from;
}

/** The node nearest to a place, within a distance; `gap` is the size of a column and a row in pixels. */
export function nearest(scene: Scene, column: number, row: number, gap: { x: number; y: number }, within: number, visible: (node: number) => boolean): number {
  let found = -1;
  let least = within * within;
  const middle = Math.round(column);
  for (let x = middle - 1; x <= middle + 1; x++) {
    const nodes = scene.byColumn[x];
    if (!nodes) continue;
    let low = 0;
    let high = nodes.length;
    const from = row - within / gap.y;
    while (low < high) {
      const half = (low + high) >> 1;
      if ((scene.ys[nodes[half] as number] ?? 0) < from) low = half + 1;
      else high = half;
    }
    for (let at = low; at < nodes.length; at++) {
      const node = nodes[at] as number;
      const dy = ((scene.ys[node] ?? 0) - row) * gap.y;
      if (dy > within) break;
      const dx = (x - column) * gap.x;
      const distance = dx * dx + dy * dy;
      if (distance < least && visible(node)) {
        least = distance;
        found = node;
      }
    }
  }
  return found;
}
