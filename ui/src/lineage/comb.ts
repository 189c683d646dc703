/** What the comb needs of a scene. */
export interface Combable {
  xs: Float32Array;
  ys: Float32Array;
  children: number[][];
}

const FEW = 3;

/**
 * Rejected children of which nothing came hang on one rail like the teeth of a comb, each at its generation, instead of taking a row each: a best prompt
 * whose last hundred children failed is one line of crosses. Those of one generation take rails below one another, on rows that these children had.
 * Moves `ys`, says which nodes are teeth, and closes the rows that fell empty.
 */
export function comb(scene: Combable, rejected: (node: number) => boolean): { teeth: Uint8Array; rows: number } {
  const { xs, ys, children } = scene;
  const teeth = new Uint8Array(ys.length);
  children.forEach((own, from) => {
    const group = own.filter((child) => children[child]?.length === 0 && rejected(child));
    if (group.length < FEW) return;
    const height = ys[from] ?? 0;
    const rows = [...new Set(group.map((child) => ys[child] ?? 0))].filter((row) => row !== height).sort((a, b) => Math.abs(a - height) - Math.abs(b - height));
    const seen = new Map<number, number>();
    const layer = group.map((child) => {
      const column = xs[child] ?? 0;
      const at = seen.get(column) ?? 0;
      seen.set(column, at + 1);
      return at;
    });
    const rails = Math.max(...layer) + 1;
    // a rail for each saves no row
    if (rails > rows.length || 2 * rails > group.length) return;
    group.forEach((child, at) => {
      ys[child] = rows[layer[at] ?? 0] ?? height;
      teeth[child] = 1;
    });
  });
  const used = [...new Set(ys)].sort((a, b) => a - b);
  const place = new Map(used.map((row, at) => [row, at]));
  for (let at = 0; at < ys.length; at++) ys[at] = place.get(ys[at] ?? 0) ?? 0;
  return { teeth, rows: used.length };
}
