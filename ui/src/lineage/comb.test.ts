import { expect, it } from "vitest";
import { comb } from "./comb";

it("hangs childless rejected siblings on few rails and closes the rows that fell empty", () => {
  // 0 is the root; 1 its straight child; 2 to 5 rejected, two of them of one generation; 6 hangs below
  const scene = {
    xs: Float32Array.from([0, 3, 1, 2, 2, 4, 5]),
    ys: Float32Array.from([0, 0, 1, 2, 3, 4, 5]),
    children: [[1, 2, 3, 4, 5, 6], [], [], [], [], [], []],
  };
  const { teeth, rows } = comb(scene, (node) => node >= 2 && node <= 5);
  expect([...teeth]).toEqual([0, 0, 1, 1, 1, 1, 0]);
  expect([...scene.ys]).toEqual([0, 0, 1, 1, 2, 1, 3]);
  expect(rows).toBe(4);
});
it("leaves siblings of one generation on rows of their own", () => {
  const scene = { xs: Float32Array.from([0, 1, 1, 1]), ys: Float32Array.from([0, 1, 2, 3]), children: [[1, 2, 3], [], [], []] };
  expect(comb(scene, (node) => node > 0)).toEqual({ teeth: new Uint8Array(4), rows: 4 });
});
it("leaves two or fewer where they are", () => {
  const scene = { xs: Float32Array.from([0, 1, 2]), ys: Float32Array.from([0, 1, 2]), children: [[1, 2], [], []] };
  expect(comb(scene, () => true)).toEqual({ teeth: new Uint8Array(3), rows: 3 });
});
