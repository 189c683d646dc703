/** Anything an elbow can be drawn into: a canvas path or one of SVG. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  quadraticCurveTo(cx: number, cy: number, x: number, y: number): void;
}

/** From parent to child: along the parent's row, down or up at `bend`, along the child's row, with rounded corners. */
export function elbow(pen: Pen, x0: number, y0: number, x1: number, y1: number, bend: number, radius: number): void {
  pen.moveTo(x0, y0);
  const drop = y1 - y0;
  if (Math.abs(drop) < 0.5) {
    pen.lineTo(x1, y1);
    return;
  }
  const r = Math.max(0, Math.min(radius, Math.abs(drop) / 2, Math.abs(x1 - bend), Math.abs(bend - x0)));
  const down = Math.sign(drop);
  // a parent that lies right of the turn is left to the left: the corner goes the way of the line, or it would end in a hook
  pen.lineTo(bend - Math.sign(bend - x0) * r, y0);
  if (r > 0) pen.quadraticCurveTo(bend, y0, bend, y0 + down * r);
  pen.lineTo(bend, y1 - down * r);
  if (r > 0) pen.quadraticCurveTo(bend, y1, bend + Math.sign(x1 - bend) * r, y1);
  pen.lineTo(x1, y1);
}

/** From parent to a tooth of a comb: along the parent's row, to the rail at `bend`, along the rail, and to the tooth. */
export function tooth(pen: Pen, x0: number, y0: number, x1: number, y1: number, bend: number, rail: number): void {
  pen.moveTo(x0, y0);
  pen.lineTo(bend, y0);
  pen.lineTo(bend, rail);
  pen.lineTo(x1, rail);
  pen.lineTo(x1, y1);
}

/** The corners of a five-pointed star. */
export function starPoints(x: number, y: number, radius: number): [number, number][] {
  return Array.from({ length: 10 }, (_, at) => {
    const angle = -Math.PI / 2 + (at * Math.PI) / 5;
    const r = at % 2 ? radius * 0.42 : radius;
    return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
  });
}

export const diamondPoints = (x: number, y: number, r: number): [number, number][] => [[x, y - r], [x + r, y], [x, y + r], [x - r, y]];

type Point = readonly [number, number];
const third = Math.sqrt(3) / 2;
/** The corners of the shapes that stand for words, for a radius of 1; the first is a disc and has none. */
const SHAPES: readonly (readonly Point[])[] = [
  [],
  [[-0.85, -0.85], [0.85, -0.85], [0.85, 0.85], [-0.85, 0.85]],
  [[0, -1.15], [third * 1.15, 0.7], [-third * 1.15, 0.7]],
  [[0, 1.15], [third * 1.15, -0.7], [-third * 1.15, -0.7]],
  [[-1.2, -0.5], [1.2, -0.5], [1.2, 0.5], [-1.2, 0.5]],
  [[-0.5, -1.2], [0.5, -1.2], [0.5, 1.2], [-0.5, 1.2]],
  [[-0.4, -1.15], [0.4, -1.15], [0.4, -0.4], [1.15, -0.4], [1.15, 0.4], [0.4, 0.4], [0.4, 1.15], [-0.4, 1.15], [-0.4, 0.4], [-1.15, 0.4], [-1.15, -0.4], [-0.4, -0.4]],
  [[-1.15, -0.8], [0, 0], [1.15, -0.8], [1.15, 0.8], [0, 0], [-1.15, 0.8]],
];

/** The corners of the shape of a word; none for the disc. */
export const shapePoints = (shape: number, x: number, y: number, r: number): [number, number][] => (SHAPES[shape % SHAPES.length] ?? []).map(([dx, dy]) => [x + dx * r, y + dy * r]);

/** The shape of a word. */
export function wordShape(shape: number, x: number, y: number, r: number): Path2D {
  const points = shapePoints(shape, x, y, r);
  if (points.length) return closed(points);
  const disc = new Path2D();
  disc.arc(x, y, r, 0, 2 * Math.PI);
  return disc;
}

function closed(points: [number, number][]): Path2D {
  const path = new Path2D();
  points.forEach(([x, y], at) => (at ? path.lineTo(x, y) : path.moveTo(x, y)));
  path.closePath();
  return path;
}

export const star = (x: number, y: number, radius: number) => closed(starPoints(x, y, radius));
export const diamond = (x: number, y: number, radius: number) => closed(diamondPoints(x, y, radius));
