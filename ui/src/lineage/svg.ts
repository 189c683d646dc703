import { fit, MARGIN } from "./camera";
import { escape, HEAD, heading, legend, legendHeight } from "./caption";
import type { Colouring } from "./colouring";
import { BRANCH_GAPS, crossColour, HOLLOW, railOf } from "./draw";
import type { Look } from "./look";
import { diamondPoints, elbow, shapePoints, starPoints, tooth, type Pen } from "./shapes";
import type { Scene } from "./scene";
import type { PlateStyle } from "./style";

/** The plate as an SVG document that needs nothing else: for papers and slides. */
export function svgOf(scene: Scene, look: Look, colours: Colouring, style: PlateStyle, title: string): string {
  const plate = { width: MARGIN.left + MARGIN.right + 96 * Math.max(1, scene.columns - 1), height: MARGIN.top + MARGIN.bottom + 22 * Math.max(2, scene.rows) };
  const size = { width: Math.max(plate.width, 760), height: plate.height + HEAD + legendHeight(scene, colours, Math.max(plate.width, 760)) };
  const camera = fit(scene.columns, scene.rows, plate);
  const X = (at: number) => camera.x + (scene.xs[at] ?? 0) * camera.gapX;
  const Y = (at: number) => camera.y + (scene.ys[at] ?? 0) * camera.gapY;
  const way = (from: number, at: number, bend?: number) => {
    const pen = new SvgPen();
    if (scene.teeth[at] && bend === undefined) tooth(pen, X(from), Y(from), X(at), Y(at), camera.x + (scene.bend[at] ?? 0) * camera.gapX, railOf(Y(from), Y(at), camera.gapY));
    else elbow(pen, X(from), Y(from), X(at), Y(at), bend ?? camera.x + (scene.bend[at] ?? 0) * camera.gapX, 7);
    return pen.text;
  };
  const out: string[] = [];
  out.push(`<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" font-family="Inter, sans-serif" font-size="10">`);
  out.push(`<title>${escape(title)}</title><rect width="100%" height="100%" fill="${style.paper}"/>`);
  out.push(heading(title, style), legend(scene, colours, style, size.width, size.height), `<g transform="translate(0 ${HEAD})">`);
  for (let column = 0; column < scene.columns; column++) {
    const x = camera.x + column * camera.gapX;
    out.push(`<path d="M${f(x)} 26V${plate.height}" stroke="${style.hairline}"/><text x="${f(x)}" y="17" text-anchor="middle" fill="${style.muted}">${column}</text>`);
  }
  const line = (d: string, colour: string, width: number, more = "") => out.push(`<path d="${d}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-linejoin="round"${more}/>`);
  const double = (d: string) => {
    line(d, style.edge, 3.4);
    line(d, style.paper, 1.6);
  };
  for (let at = 0; at < scene.marks.length; at++) {
    const from = scene.parent[at] ?? -1;
    if (from < 0 || !look.shown[at]) continue;
    const kind = scene.relation[at];
    const d = way(from, at);
    if (kind === 2) double(d);
    else line(d, scene.marks[at]?.node.status === "dropped" ? style.edgeFaint : style.edge, 1.1, kind === 3 ? ' stroke-dasharray="4 3"' : "");
  }
  for (const { child, parent } of scene.extra) if (look.shown[child] && !scene.teeth[child]) double(way(parent, child, X(child) - camera.gapX * 0.38));
  for (let number = 1; number < scene.descent.length; number++) {
    const at = scene.descent[number] as number;
    const d = way(scene.descent[number - 1] as number, at);
    line(d, style.accent, 4.2);
    if (scene.relation[at] === 3) line(d, style.paper, 4.8, ` stroke-dasharray="${BRANCH_GAPS.join(" ")}"`);
  }
  const descends = new Set(scene.descent);
  scene.marks.forEach((mark, at) => {
    if (!look.shown[at]) return;
    const x = X(at), y = Y(at), r = Math.min(look.radius[at] ?? 4, 8);
    const points = (list: [number, number][]) => list.map(([x, y]) => `${f(x)},${f(y)}`).join(" ");
    const name = mark.id.slice(mark.id.indexOf("@") + 1);
    const words = `<title>${escape(`${name} ${mark.node.score ? mark.node.score.mean.toFixed(3) : "not evaluated"} ${mark.node.operator ?? "seed"}`)}</title>`;
    if (at === scene.best) out.push(`<polygon points="${points(starPoints(x, y, 11))}" fill="${style.accent}" stroke="${style.paper}">${words}</polygon>`);
    else if (scene.parent[at] === -1) out.push(`<polygon points="${points(diamondPoints(x, y, 8))}" fill="${style.paper}" stroke="${descends.has(at) ? style.accent : style.edge}" stroke-width="2">${words}</polygon>`);
    else if (mark.node.status === "dropped") {
      const on = descends.has(at);
      if (on) out.push(`<circle cx="${f(x)}" cy="${f(y)}" r="5.6" fill="${style.paper}"/>`);
      const colour = crossColour(look.shape !== null, look.colour[at] ?? style.muted, on, style);
      if (look.shape) out.push(shapePoints(look.shape[at] ?? 0, x, y, 3 + HOLLOW).length ? `<polygon points="${points(shapePoints(look.shape[at] ?? 0, x, y, 3 + HOLLOW))}" fill="none" stroke="${colour}"/>` : `<circle cx="${f(x)}" cy="${f(y)}" r="${f(3 + HOLLOW)}" fill="none" stroke="${colour}"/>`);
      out.push(`<path d="M${f(x - 3)} ${f(y - 3)}l6 6m0-6l-6 6" stroke="${colour}" stroke-width="${on ? 1.8 : 1.2}">${words}</path>`);
    }
    else if (look.shape && shapePoints(look.shape[at] ?? 0, x, y, r).length) out.push(`<polygon points="${points(shapePoints(look.shape[at] ?? 0, x, y, r))}" fill="${look.colour[at] ?? style.muted}" stroke="${style.paper}">${words}</polygon>`);
    else {
      const disc = (radius: number, more: string, inside = "") => `<circle cx="${f(x)}" cy="${f(y)}" r="${f(radius)}" ${more}>${inside}</circle>`;
      out.push(disc(r + 2.6, `fill="${style.paper}"`), disc(r + 1.2, `fill="none" stroke="${style.track}" stroke-width="1.9"`));
      const solved = arc(x, y, r + 1.2, mark.node.score?.mean ?? 0);
      if (solved) out.push(`<path d="${solved}" fill="none" stroke="${descends.has(at) ? style.accent : style.fill}" stroke-width="1.9"/>`);
      out.push(disc(Math.max(1.4, r - 1.1), `fill="${mark.node.score ? (look.colour[at] ?? style.muted) : style.paper}"`, words));
      if (mark.node.status === "finalist" || mark.node.status === "chosen") out.push(disc(r + 3.4, `fill="none" stroke="${style.ink}"`));
    }
  });
  out.push("</g></svg>");
  return out.join("\n");
}

const f = (value: number) => String(Math.round(value * 100) / 100);

/** The part of a ring that is filled, from its top clockwise. */
function arc(x: number, y: number, r: number, share: number): string {
  if (share <= 0) return "";
  // an arc that ends where it begins would be none: a whole ring is two halves
  if (share >= 1) return `M${f(x)} ${f(y - r)}A${f(r)} ${f(r)} 0 1 1 ${f(x)} ${f(y + r)}A${f(r)} ${f(r)} 0 1 1 ${f(x)} ${f(y - r)}`;
  const angle = share * 2 * Math.PI;
  return `M${f(x)} ${f(y - r)}A${f(r)} ${f(r)} 0 ${share > 0.5 ? 1 : 0} 1 ${f(x + r * Math.sin(angle))} ${f(y - r * Math.cos(angle))}`;
}

class SvgPen implements Pen {
  text = "";
  moveTo(x: number, y: number) {
    this.text += `M${f(x)} ${f(y)}`;
  }
  lineTo(x: number, y: number) {
    this.text += `L${f(x)} ${f(y)}`;
  }
  quadraticCurveTo(cx: number, cy: number, x: number, y: number) {
    this.text += `Q${f(cx)} ${f(cy)} ${f(x)} ${f(y)}`;
  }
}
