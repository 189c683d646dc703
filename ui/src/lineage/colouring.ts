import { categories, cividis, type Sign } from "./colours";
import { scoreRange, type Scene } from "./scene";

export type ColourBy = "score" | "operator" | "model" | "status";

export interface Colouring {
  by: ColourBy;
  of: (node: number) => string;
  /** The ends of the scale, where it is one. */
  range?: [number, number];
  theme: "light" | "dark";
  /** The shape of a node, where colours stand for words. */
  shapeOf?: (node: number) => number;
  /** The words and their signs, where they are categories. */
  words?: [string, Sign][];
}

/** What a node's colour says. */
export function colouring(scene: Scene, by: ColourBy, theme: "light" | "dark"): Colouring {
  if (by === "score") {
    const range = scoreRange(scene);
    const width = range[1] - range[0] || 1;
    return { by, theme, range, of: (at) => cividis(((scene.marks[at]?.node.score?.mean ?? range[0]) - range[0]) / width, theme) };
  }
  const word = (at: number) => {
    const node = scene.marks[at]?.node;
    return (by === "operator" ? (node?.operator ?? "seed") : by === "model" ? node?.model : node?.status) || "none";
  };
  // a root is a diamond whatever its word: the legend names what is drawn
  const signs = categories(scene.marks.flatMap((_, at) => (scene.parent[at] === -1 ? [] : [word(at)])), theme);
  return { by, theme, of: (at) => signs.get(word(at))?.colour ?? "", shapeOf: (at) => signs.get(word(at))?.shape ?? 0, words: [...signs] };
}
