import type { Camera, Size } from "./camera";
import type { Look } from "./look";
import type { Scene } from "./scene";
import type { PlateStyle } from "./style";

export interface Minimap {
  width: number;
  height: number;
}
const PAD = 6;

const scaleOf = (map: Minimap, scene: Scene) => ({
  x: (map.width - 2 * PAD) / Math.max(1, scene.columns - 1),
  y: (map.height - 2 * PAD) / Math.max(1, scene.rows - 1),
});

/** Below the rule of generations, where the minimap stands when the best would lie under it at the bottom. */
const UNDER_RULE = 30;
/** Air round the best, in pixels: its star and what stands beside it. */
const AIR = 24;

/** Whether the minimap stands at the bottom right, or above because the best lies there. */
export function corner(best: { x: number; y: number } | null, size: Size, map: Minimap): "bottom" | "top" {
  const under = best && best.x > size.width - map.width - 8 - AIR && best.y > size.height - map.height - 8 - AIR;
  return under ? "top" : "bottom";
}

/** The whole tree as dots, with a frame round what is on the screen. Hidden while everything is. */
export function drawMinimap(canvas: HTMLCanvasElement, scene: Scene, look: Look, style: PlateStyle, camera: Camera, size: Size): void {
  const left = -camera.x / camera.gapX, right = (size.width - camera.x) / camera.gapX;
  const above = -camera.y / camera.gapY, bottom = (size.height - camera.y) / camera.gapY;
  const whole = left <= 0 && above <= 0 && right >= scene.columns - 1 && bottom >= scene.rows - 1;
  canvas.style.visibility = whole ? "hidden" : "visible";
  const ctx = canvas.getContext("2d");
  if (whole || !ctx) return;
  const map = { width: canvas.clientWidth, height: canvas.clientHeight };
  const best = scene.best < 0 ? null : { x: camera.x + (scene.xs[scene.best] ?? 0) * camera.gapX, y: camera.y + (scene.ys[scene.best] ?? 0) * camera.gapY };
  const top = corner(best, size, map) === "top";
  canvas.style.top = top ? `${UNDER_RULE}px` : "auto";
  canvas.style.bottom = top ? "auto" : "";
  const scale = scaleOf(map, scene);
  const ratio = Math.min(2, devicePixelRatio || 1);
  const [width, height] = [Math.round(map.width * ratio), Math.round(map.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, map.width, map.height);
  // what lies under it shows through: the plate has no corner to spare
  ctx.globalAlpha = 0.8;
  ctx.fillStyle = style.paper;
  ctx.fillRect(0, 0, map.width, map.height);
  ctx.globalAlpha = 1;
  const seen = new Set<number>();
  ctx.fillStyle = style.edge;
  for (let at = 0; at < scene.marks.length; at++) {
    if (!look.shown[at]) continue;
    const x = Math.round(PAD + (scene.xs[at] ?? 0) * scale.x), y = Math.round(PAD + (scene.ys[at] ?? 0) * scale.y);
    const key = y * 4096 + x;
    if (seen.has(key)) continue;
    seen.add(key);
    ctx.fillRect(x, y, 1, 1);
  }
  ctx.strokeStyle = style.accent;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  scene.descent.forEach((node, at) => {
    const x = PAD + (scene.xs[node] ?? 0) * scale.x, y = PAD + (scene.ys[node] ?? 0) * scale.y;
    if (at) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
  });
  ctx.stroke();
  ctx.strokeStyle = style.ink;
  ctx.lineWidth = 1;
  const x0 = Math.max(0.5, PAD + left * scale.x), y0 = Math.max(0.5, PAD + above * scale.y);
  const x1 = Math.min(map.width - 0.5, PAD + right * scale.x), y1 = Math.min(map.height - 0.5, PAD + bottom * scale.y);
  ctx.strokeRect(x0, y0, Math.max(2, x1 - x0), Math.max(2, y1 - y0));
}

/** The place in the tree under a point of the minimap. */
export function minimapToRow(map: Minimap, scene: Scene, x: number, y: number): { column: number; row: number } {
  const scale = scaleOf(map, scene);
  return { column: (x - PAD) / scale.x, row: (y - PAD) / scale.y };
}
