import { describe, expect, it } from "vitest";
import { fit, MARGIN, reveal, zoom } from "./camera";

const size = { width: 900, height: 600 };

describe("camera", () => {
  it("fits small trees at a readable size and large ones whole", () => {
    const small = fit(4, 6, size);
    expect([small.gapX, small.gapY]).toEqual([104, 26]);
    const large = fit(30, 6000, size);
    expect(large.x + 29 * large.gapX).toBeCloseTo(size.width - MARGIN.right);
    expect(large.y + 6000 * large.gapY).toBeLessThanOrEqual(size.height);
  });
  it("keeps the point under the pointer when zooming", () => {
    const before = fit(10, 40, size);
    const at = { x: 300, y: 200 };
    const after = zoom(before, 1.5, at);
    const row = (camera: typeof before) => (at.y - camera.y) / camera.gapY;
    expect(row(after)).toBeCloseTo(row(before));
  });
  it("moves only for what is out of sight", () => {
    const camera = fit(10, 40, size);
    expect(reveal(camera, 2, 10, size)).toEqual(camera);
    const moved = reveal(camera, 2, 400, size);
    expect(moved.y + 400 * moved.gapY).toBeCloseTo(size.height - 20);
  });
});
