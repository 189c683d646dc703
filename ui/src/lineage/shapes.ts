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
  pen.lineTo(bend - r, y0);
  if (r > 0) pen.quadraticCurveTo(bend, y0, bend, y0 + down * r);
  pen.lineTo(bend, y1 - down * r);
  if (r > 0) pen.quadraticCurveTo(bend, y1, bend + r, y1);
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

function closed(points: [number, number][]): Path2D {
  const path = new Path2D();
  points.forEach(([x, y], at) => (at ? path.lineTo(x, y) : path.moveTo(x, y)));
  path.closePath();
  return path;
}

export const star = (x: number, y: number, radius: number) => closed(starPoints(x, y, radius));
export const diamond = (x: number, y: number, radius: number) => closed(diamondPoints(x, y, radius));
