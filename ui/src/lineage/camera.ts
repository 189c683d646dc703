/** How the plate lies on the screen: column c is at `x + c * gapX`, row r at `y + r * gapY`, in CSS pixels. */
export interface Camera {
  x: number;
  y: number;
  gapX: number;
  gapY: number;
}
export interface Size {
  width: number;
  height: number;
}

export const MARGIN = { left: 44, right: 44, top: 40, bottom: 20 };
const MOST = { x: 104, y: 26 };
const LIMITS = { x: [3, 180], y: [0.02, 60] } as const;

const clamp = (value: number, [low, high]: readonly [number, number]) => Math.max(low, Math.min(high, value));

/** The whole tree, no larger than is comfortable to read. */
export function fit(columns: number, rows: number, size: Size): Camera {
  const inside = { x: Math.max(40, size.width - MARGIN.left - MARGIN.right), y: Math.max(40, size.height - MARGIN.top - MARGIN.bottom) };
  const gapX = clamp(Math.min(MOST.x, inside.x / Math.max(1, columns - 1)), LIMITS.x);
  const gapY = clamp(Math.min(MOST.y, inside.y / Math.max(1, rows)), LIMITS.y);
  const spare = Math.max(0, inside.y - gapY * Math.max(0, rows - 1));
  return { x: MARGIN.left, y: MARGIN.top + spare / 2, gapX, gapY };
}

/** Nearer or farther, with the point under the pointer staying where it is. */
export function zoom(camera: Camera, factor: number, at: { x: number; y: number }): Camera {
  const gapX = clamp(camera.gapX * factor, LIMITS.x);
  const gapY = clamp(camera.gapY * factor, LIMITS.y);
  return {
    gapX,
    gapY,
    x: at.x - ((at.x - camera.x) / camera.gapX) * gapX,
    y: at.y - ((at.y - camera.y) / camera.gapY) * gapY,
  };
}

/** Moves as little as needed to show a place. */
export function reveal(camera: Camera, column: number, row: number, size: Size): Camera {
  const x = camera.x + column * camera.gapX;
  const y = camera.y + row * camera.gapY;
  const shift = (value: number, low: number, high: number) => (value < low ? low - value : value > high ? high - value : 0);
  return { ...camera, x: camera.x + shift(x, 24, size.width - 40), y: camera.y + shift(y, 44, size.height - 20) };
}

export function between(from: Camera, to: Camera, share: number): Camera {
  const mix = (a: number, b: number) => a + (b - a) * share;
  return { x: mix(from.x, to.x), y: mix(from.y, to.y), gapX: mix(from.gapX, to.gapX), gapY: mix(from.gapY, to.gapY) };
}
