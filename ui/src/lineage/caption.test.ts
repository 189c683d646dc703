import { describe, expect, it } from "vitest";
import { legend, legendHeight } from "./caption";
import { colouring } from "./colouring";
import { categories } from "./colours";
import { sceneOf } from "./scene";
import { elbow, shapePoints } from "./shapes";
import type { PlateStyle } from "./style";

const style = { ink: "#111", muted: "#555", edge: "#888", accent: "#063", paper: "#fff" } as PlateStyle;
const scene = sceneOf({ columns: 1, rows: 1, best: null, total: 0, matching: null, matched: null, next: null, marks: [] });

describe("signs", () => {
  it("no two of the first 56 words look alike, and neighbours differ in shape and colour", () => {
    const signs = [...categories(Array.from({ length: 56 }, (_, at) => String(at + 10)), "light").values()];
    expect(new Set(signs.map(({ colour, shape }) => colour + shape)).size).toBe(56);
    signs.slice(1).forEach((sign, at) => expect([sign.colour, sign.shape]).not.toEqual([signs[at]?.colour, sign.shape]));
  });
  it("eight shapes are eight outlines", () => {
    expect(new Set(Array.from({ length: 8 }, (_, shape) => JSON.stringify(shapePoints(shape, 0, 0, 1)))).size).toBe(8);
  });
});
describe("legend", () => {
  it("names what the plate shows, as text, and takes a second line where there is no room", () => {
    const words = { ...colouring(scene, "operator", "light"), words: [...categories(["<b>reflect", "merge"], "light")] };
    const drawn = legend(scene, words, style, 900, 400);
    expect(drawn).toContain("line of descent");
    expect(drawn).toContain("&#60;b&#62;reflect");
    expect(drawn).not.toContain("branch of");
    expect(legendHeight(scene, words, 400)).toBeGreaterThan(legendHeight(scene, words, 1200));
    const plain = legend(scene, colouring(scene, "score", "light"), style, 900, 400);
    expect(plain).toContain("score 0.00 to 1.00");
    expect(plain).not.toContain("finalist");
  });
  it("leaves out the word of what is a diamond whatever its word is", () => {
    const node = (operator: string | null, x: number) => ({ id: `r@c${x}`, x, y: 0, edges: x ? [{ x: 0, y: 0, relation: "mutated_from" }] : [], descent: false, folded: null, node: { operator, status: "kept", score: null, entry: x, parents: [] } });
    const grown = sceneOf({ columns: 2, rows: 1, best: null, total: 2, matching: null, matched: null, next: null, marks: [node(null, 0), node("reflect", 1)] } as never);
    expect(colouring(grown, "operator", "light").words?.map(([word]) => word)).toEqual(["reflect"]);
  });
  it("names the second ring where a disc has one, and only there", () => {
    const mark = (id: string, x: number, status: string) => ({ id, x, y: x, edges: x ? [{ x: 0, y: 0, relation: "mutated_from" }] : [], descent: false, folded: null, node: { status, score: null, entry: x, parents: [] } });
    const of = (...statuses: string[]) => sceneOf({ columns: 3, rows: 3, best: "r@c1", total: 3, matching: null, matched: null, next: null, marks: statuses.map((status, at) => mark(`r@c${at}`, at, status)) } as never);
    const drawn = (scene: ReturnType<typeof of>) => legend(scene, colouring(scene, "score", "light"), style, 900, 400).includes("finalist");
    expect(drawn(of("finalist", "chosen", "kept"))).toBe(false);
    expect(drawn(of("finalist", "chosen", "finalist"))).toBe(true);
  });
});
it("an elbow to a turn left of its parent has no hook", () => {
  const xs: number[] = [];
  const pen = { moveTo: (x: number) => void xs.push(x), lineTo: (x: number) => void xs.push(x), quadraticCurveTo: (_: number, __: number, x: number) => void xs.push(x) };
  elbow(pen, 100, 0, 90, 50, 70, 7);
  expect(Math.min(...xs)).toBe(70);
  expect(xs).toEqual([100, 77, 70, 70, 77, 90]);
});
