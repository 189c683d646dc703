import type { Scene } from "./scene";

/** What of each node is shown how; made anew when data, filter, colour or the slider change, not for each frame. */
export interface Look {
  colour: string[];
  /** The shape of each node where colours stand for words; none where they are a scale. */
  shape: Uint8Array | null;
  /** Radius in pixels where there is room. */
  radius: Float32Array;
  /** 0 hidden, 1 faint (does not match the filter), 2 shown. */
  shown: Uint8Array;
}

export interface LookOptions {
  colourOf: (node: number) => string;
  shapeOf?: (node: number) => number;
  matching: ReadonlySet<string> | null;
  /** Only nodes that joined up to this moment of the scene's. */
  until: number;
}

/** More answers, larger disc: from 3.2 px for none to 7 px for a thousand. */
export const radiusOf = (trials: number) => 3.2 + 1.27 * Math.log10(1 + trials);

export function lookOf(scene: Scene, { colourOf, shapeOf, matching, until }: LookOptions): Look {
  const count = scene.marks.length;
  const colour = new Array<string>(count);
  const shape = shapeOf ? new Uint8Array(count) : null;
  const radius = new Float32Array(count);
  const shown = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const mark = scene.marks[at];
    if (!mark) continue;
    colour[at] = colourOf(at);
    if (shape && shapeOf) shape[at] = shapeOf(at);
    radius[at] = radiusOf(mark.node.score?.trials ?? 0);
    shown[at] = (scene.moments[at] ?? 0) > until ? 0 : matching && !matching.has(mark.id) ? 1 : 2;
  }
  return { colour, shape, radius, shown };
}
