import type { Camera, Size } from "./camera";
import { diamond, elbow, star, tooth, wordShape } from "./shapes";
import type { Look } from "./look";
import { columnsAhead, type Scene } from "./scene";
import type { PlateStyle } from "./style";

const FONT = '"Inter", system-ui, sans-serif';

/** Draws the plate: rules, edges, the line of descent, nodes. What is off the screen costs a comparison; what is smaller than a pixel is drawn once. */
export function drawPlate(ctx: CanvasRenderingContext2D, scene: Scene, look: Look, camera: Camera, size: Size, style: PlateStyle): void {
  ctx.clearRect(0, 0, size.width, size.height);
  drawRules(ctx, scene, camera, size, style);
  drawTree(ctx, scene, look, camera, size, style);
  drawMerges(ctx, scene, look, camera, size, style);
  drawDescent(ctx, scene, look, camera, style);
  drawNodes(ctx, scene, look, camera, size, style);
}

function drawRules(ctx: CanvasRenderingContext2D, scene: Scene, camera: Camera, size: Size, style: PlateStyle): void {
  const every = camera.gapX >= 26 ? 1 : camera.gapX >= 12 ? 5 : 10;
  ctx.lineWidth = 1;
  ctx.font = `11px ${FONT}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  for (let column = 0; column < scene.columns; column++) {
    const x = Math.round(camera.x + column * camera.gapX) + 0.5;
    if (x < -1 || x > size.width + 1 || column % every) continue;
    ctx.strokeStyle = style.hairline;
    ctx.beginPath();
    ctx.moveTo(x, 26);
    ctx.lineTo(x, size.height);
    ctx.stroke();
    ctx.fillStyle = style.muted;
    ctx.fillText(String(column), x, 17);
  }
  ctx.textAlign = "left";
  ctx.fillStyle = style.muted;
  if (camera.x > 34) ctx.fillText("gen.", Math.max(2, camera.x - 40), 17);
}

function drawTree(ctx: CanvasRenderingContext2D, scene: Scene, look: Look, camera: Camera, size: Size, style: PlateStyle): void {
  const { xs, ys, parent, relation } = scene;
  const turn = (at: number) => camera.x + (scene.bend[at] ?? 0) * camera.gapX;
  const X = (at: number) => camera.x + (xs[at] ?? 0) * camera.gapX;
  const Y = (at: number) => camera.y + (ys[at] ?? 0) * camera.gapY;
  const radius = camera.gapY >= 8 ? Math.min(7, camera.gapX * 0.2) : 0;
  const plain = new Path2D();
  const faint = new Path2D();
  const dashed = new Path2D();
  const double = new Path2D();
  // below a pixel a row, trunks and stubs that fall on one pixel are drawn once
  const coarse = camera.gapY < 1.5;
  const seen = coarse ? new Set<number>() : null;
  const trunks = coarse ? new Map<number, [number, number, number]>() : null;
  for (let at = 0; at < parent.length; at++) {
    const from = parent[at] ?? -1;
    if (from < 0 || !look.shown[at]) continue;
    const x0 = X(from), y0 = Y(from), x1 = X(at), y1 = Y(at);
    if (x1 < -20 || x0 > size.width + 20 || Math.max(y0, y1) < -20 || Math.min(y0, y1) > size.height + 20) continue;
    if (seen && trunks) {
      const bend = turn(at);
      const key = Math.round(y1) * 4096 + (xs[at] ?? 0);
      if (!seen.has(key)) {
        seen.add(key);
        faint.moveTo(bend, y1);
        faint.lineTo(x1, y1);
      }
      const trunk = trunks.get(from);
      if (!trunk) trunks.set(from, [bend, Math.min(y0, y1), Math.max(y0, y1)]);
      else {
        trunk[1] = Math.min(trunk[1], y1);
        trunk[2] = Math.max(trunk[2], y1);
      }
      continue;
    }
    const kind = relation[at];
    const dropped = scene.marks[at]?.node.status === "dropped" || look.shown[at] === 1;
    const path = kind === 3 ? dashed : kind === 2 ? double : dropped ? faint : plain;
    if (scene.teeth[at]) tooth(kind === 2 ? faint : path, x0, y0, x1, y1, turn(at), railOf(y0, y1, camera.gapY));
    else elbow(path, x0, y0, x1, y1, turn(at), radius);
  }
  if (trunks) {
    for (const [from, [bend, top, bottom]] of trunks) {
      const y = Y(from);
      faint.moveTo(X(from), y);
      faint.lineTo(bend, y);
      if (bottom - top > 0.7) {
        faint.moveTo(bend, Math.max(-5, top));
        faint.lineTo(bend, Math.min(size.height + 5, bottom));
      }
    }
  }
  ctx.lineJoin = "round";
  ctx.lineWidth = coarse ? 0.7 : 1;
  ctx.strokeStyle = coarse ? style.edge : style.edgeFaint;
  ctx.stroke(faint);
  ctx.lineWidth = 1.1;
  ctx.strokeStyle = style.edge;
  ctx.stroke(plain);
  strokeDouble(ctx, double, style);
  ctx.setLineDash([4, 3]);
  ctx.stroke(dashed);
  ctx.setLineDash([]);
}

/** The rail lies half a row nearer to the parent than its teeth. */
export const railOf = (parentY: number, y: number, gapY: number) => y + (y > parentY ? -0.42 : 0.42) * gapY;

function strokeDouble(ctx: CanvasRenderingContext2D, path: Path2D, style: PlateStyle): void {
  ctx.lineWidth = 3.4;
  ctx.strokeStyle = style.edge;
  ctx.stroke(path);
  ctx.lineWidth = 1.6;
  ctx.strokeStyle = style.paper;
  ctx.stroke(path);
  ctx.lineWidth = 1.1;
  ctx.strokeStyle = style.edge;
}

function drawMerges(ctx: CanvasRenderingContext2D, scene: Scene, look: Look, camera: Camera, size: Size, style: PlateStyle): void {
  if (camera.gapY < 3) return;
  const path = new Path2D();
  for (const { child, parent } of scene.extra) {
    // what a rejected tooth was merged from is told by its panel
    if (!look.shown[child] || !look.shown[parent] || scene.teeth[child]) continue;
    const x0 = camera.x + (scene.xs[parent] ?? 0) * camera.gapX, y0 = camera.y + (scene.ys[parent] ?? 0) * camera.gapY;
    const x1 = camera.x + (scene.xs[child] ?? 0) * camera.gapX, y1 = camera.y + (scene.ys[child] ?? 0) * camera.gapY;
    if (Math.max(x0, x1) < 0 || Math.min(x0, x1) > size.width || Math.max(y0, y1) < 0 || Math.min(y0, y1) > size.height) continue;
    elbow(path, x0, y0, x1, y1, x1 - camera.gapX * 0.38, Math.min(7, camera.gapX * 0.2));
  }
  strokeDouble(ctx, path, style);
}

function drawDescent(ctx: CanvasRenderingContext2D, scene: Scene, look: Look, camera: Camera, style: PlateStyle): void {
  strokePath(ctx, scene, look, camera, scene.descent, style.accent, 4.2);
  // a branch is dashed there too: gaps of paper in the thick line
  ctx.setLineDash(BRANCH_GAPS);
  for (let number = 1; number < scene.descent.length; number++) {
    const way = scene.descent.slice(number - 1, number + 1);
    if (scene.relation[way[1] as number] === 3) strokePath(ctx, scene, look, camera, way, style.paper, 4.8, "butt");
  }
  ctx.setLineDash([]);
}

/** Paper and line by turns, in pixels: where the line of descent passes from a run into its branch. */
export const BRANCH_GAPS = [4, 8];

/** A way through the tree in one stroke: the line of descent, or the way that is pointed at. */
export function strokePath(ctx: CanvasRenderingContext2D, scene: Scene, look: Look, camera: Camera, way: readonly number[], colour: string, width: number, cap: CanvasLineCap = "round"): void {
  const path = new Path2D();
  for (let number = 1; number < way.length; number++) {
    const from = way[number - 1] as number, at = way[number] as number;
    if (!look.shown[at]) break;
    const x0 = camera.x + (scene.xs[from] ?? 0) * camera.gapX, y0 = camera.y + (scene.ys[from] ?? 0) * camera.gapY;
    const x1 = camera.x + (scene.xs[at] ?? 0) * camera.gapX, y1 = camera.y + (scene.ys[at] ?? 0) * camera.gapY;
    if (scene.teeth[at]) tooth(path, x0, y0, x1, y1, camera.x + (scene.bend[at] ?? 0) * camera.gapX, railOf(y0, y1, camera.gapY));
    else elbow(path, x0, y0, x1, y1, camera.x + (scene.bend[at] ?? 0) * camera.gapX, Math.min(7, camera.gapX * 0.2, Math.abs(y1 - y0) / 2));
  }
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineCap = cap;
  ctx.stroke(path);
  ctx.lineCap = "butt";
}

function drawNodes(ctx: CanvasRenderingContext2D, scene: Scene, look: Look, camera: Camera, size: Size, style: PlateStyle): void {
  const room = Math.min(camera.gapY * 0.46, camera.gapX * 0.3);
  const small = room < 3.2;
  // a cross can be told from a square where a disc and its ring have no room
  const crossed = room >= 2.2;
  const labels = camera.gapY >= 19 && camera.gapX >= 74;
  const seen = camera.gapY < 1 ? new Set<number>() : null;
  ctx.font = `10px ${FONT}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  const descends = new Set(scene.descent);
  for (let at = 0; at < scene.marks.length; at++) {
    const shown = look.shown[at];
    if (!shown) continue;
    const x = camera.x + (scene.xs[at] ?? 0) * camera.gapX, y = camera.y + (scene.ys[at] ?? 0) * camera.gapY;
    if (x < -20 || x > size.width + 20 || y < -20 || y > size.height + 20) continue;
    const mark = scene.marks[at];
    if (!mark) continue;
    const special = at === scene.best || descends.has(at) || scene.parent[at] === -1;
    if (small && !special && !(crossed && mark.node.status === "dropped")) {
      const box = Math.max(1.6, room * 1.7);
      if (seen) {
        const key = Math.round(y) * 4096 + mark.x;
        if (seen.has(key)) continue;
        seen.add(key);
      }
      ctx.globalAlpha = shown === 1 ? 0.15 : mark.node.status === "dropped" ? 0.45 : 1;
      // too small for a cross, it keeps the cross's colour
      ctx.fillStyle = mark.node.status === "dropped" ? crossColour(look.shape !== null, look.colour[at] ?? style.muted, false, style) : (look.colour[at] ?? style.muted);
      ctx.fillRect(x - box / 2, y - box / 2, box, box);
      continue;
    }
    ctx.globalAlpha = shown === 1 ? 0.22 : 1;
    const radius = special ? Math.max(4.2, Math.min(look.radius[at] ?? 4, Math.max(room, 4.2))) : Math.min(look.radius[at] ?? 4, room);
    drawNode(ctx, scene, at, x, y, radius, { colour: look.colour[at] ?? style.muted, shape: look.shape?.[at] ?? null }, style, descends.has(at));
    if (mark.folded && camera.gapY >= 9) {
      const text = `+${mark.folded.nodes}`;
      // a number that ran into the next node could not be read
      if (columnsAhead(scene, at) * camera.gapX > 2 * radius + 6 + text.length * 6) {
        ctx.fillStyle = style.muted;
        ctx.fillText(text, x + radius + 4, y - radius * 0.6);
      }
    }
    if (labels && shown === 2) {
      ctx.fillStyle = style.faint;
      ctx.fillText(mark.id.slice(mark.id.indexOf("@") + 1), x + radius + 4, y + radius + 5);
    }
  }
  ctx.globalAlpha = 1;
}

/** By how much the empty shape of a rejected candidate's word is larger than its cross, in pixels. */
export const HOLLOW = 2.4;

/** A rejected candidate's colour: its word's where colours stand for words, else that of what it is on. */
export const crossColour = (words: boolean, colour: string, descends: boolean, style: PlateStyle) => (words ? colour : descends ? style.accent : style.muted);

/** One node: a cross where it was rejected, else a disc in the fitness colour inside a ring whose filled arc is the share of examples solved. */
function drawNode(ctx: CanvasRenderingContext2D, scene: Scene, at: number, x: number, y: number, radius: number, { colour, shape }: { colour: string; shape: number | null }, style: PlateStyle, descends: boolean): void {
  const { node } = scene.marks[at] ?? {};
  if (!node) return;
  if (at === scene.best) {
    const way = star(x, y, Math.max(8.5, radius * 1.6));
    ctx.fillStyle = style.accent;
    ctx.strokeStyle = style.paper;
    ctx.lineWidth = 2.4;
    ctx.stroke(way);
    ctx.fill(way);
    return;
  }
  if (scene.parent[at] === -1) {
    const way = diamond(x, y, Math.max(7, radius * 1.35));
    ctx.fillStyle = style.paper;
    ctx.strokeStyle = descends ? style.accent : style.edge;
    ctx.lineWidth = 2;
    ctx.fill(way);
    ctx.stroke(way);
    return;
  }
  if (node.status === "dropped") {
    const arm = Math.min(3, radius * 0.8);
    if (descends) {
      // the thick line would swallow it
      ctx.fillStyle = style.paper;
      ctx.beginPath();
      ctx.arc(x, y, arm + 2.6, 0, 2 * Math.PI);
      ctx.fill();
    }
    ctx.strokeStyle = crossColour(shape !== null, colour, descends, style);
    ctx.lineWidth = descends ? 1.8 : 1.2;
    // where colours stand for words, its word's shape stands round the cross, empty
    if (shape !== null && radius >= 3) ctx.stroke(wordShape(shape, x, y, arm + HOLLOW));
    ctx.beginPath();
    ctx.moveTo(x - arm, y - arm);
    ctx.lineTo(x + arm, y + arm);
    ctx.moveTo(x + arm, y - arm);
    ctx.lineTo(x - arm, y + arm);
    ctx.stroke();
    return;
  }
  if (shape !== null) {
    const way = wordShape(shape, x, y, radius);
    ctx.strokeStyle = style.paper;
    ctx.lineWidth = 3;
    ctx.stroke(way);
    ctx.fillStyle = colour;
    ctx.fill(way);
    return;
  }
  ctx.fillStyle = style.paper;
  ctx.beginPath();
  ctx.arc(x, y, radius + 2.6, 0, 2 * Math.PI);
  ctx.fill();
  const share = node.score?.mean ?? 0;
  ctx.lineWidth = 1.9;
  ctx.strokeStyle = style.track;
  ctx.beginPath();
  ctx.arc(x, y, radius + 1.2, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.strokeStyle = descends ? style.accent : style.fill;
  ctx.beginPath();
  ctx.arc(x, y, radius + 1.2, -Math.PI / 2, -Math.PI / 2 + share * 2 * Math.PI);
  ctx.stroke();
  ctx.fillStyle = node.score ? colour : style.paper;
  ctx.beginPath();
  ctx.arc(x, y, Math.max(1.4, radius - 1.1), 0, 2 * Math.PI);
  ctx.fill();
  if (node.status === "finalist" || node.status === "chosen") {
    ctx.strokeStyle = style.ink;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.arc(x, y, radius + 3.4, 0, 2 * Math.PI);
    ctx.stroke();
  }
}
