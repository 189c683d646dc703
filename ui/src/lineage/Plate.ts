import { between, fit, reveal, zoom, type Camera, type Size } from "./camera";
import { drawPlate, strokePath } from "./draw";
import { lookOf, type Look, type LookOptions } from "./look";
import { drawMinimap, minimapToRow, type Minimap } from "./minimap";
import { nearest, pathTo, type Scene } from "./scene";
import type { PlateStyle } from "./style";

export interface PlateEvents {
  onHover: (node: number, x: number, y: number) => void;
  onChoose: (node: number) => void;
}

/** What stands round the plate in a picture: room above and below it, and an SVG document as large as the picture that fills that room. */
export interface Around {
  above: number;
  below: (width: number) => number;
  caption: (width: number, height: number) => string;
}

const GLIDE = 220;
const BIRTH = 700;

/** Draws a scene into two canvases, the plate and what moves over it, and turns pointers into cameras. Holds no state of the page. */
export class Plate {
  private scene: Scene | null = null;
  private look: Look | null = null;
  private style: PlateStyle | null = null;
  private camera: Camera = { x: 0, y: 0, gapX: 80, gapY: 20 };
  private size: Size = { width: 0, height: 0 };
  private hovered = -1;
  private chosen = -1;
  /** Whether the whole tree stays in view as it grows: until someone moves the plate. */
  private follows = true;
  private frame = 0;
  private dirty = { base: false, over: false };
  private glide: { from: Camera; to: Camera; start: number } | null = null;
  private move: { ys: Float32Array; target: Float32Array; start: number } | null = null;
  private births = new Map<number, number>();
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  private readonly observer: ResizeObserver;
  private readonly end = new AbortController();

  constructor(
    private readonly host: HTMLElement,
    private readonly base: HTMLCanvasElement,
    private readonly over: HTMLCanvasElement,
    private readonly minimap: HTMLCanvasElement,
    private readonly events: PlateEvents,
  ) {
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(host);
    this.listen();
    this.resize();
  }

  destroy(): void {
    this.observer.disconnect();
    this.end.abort();
    cancelAnimationFrame(this.frame);
  }

  setStyle(style: PlateStyle): void {
    this.style = style;
    this.redraw();
  }

  setScene(scene: Scene, options: LookOptions): void {
    const before = this.scene;
    this.scene = scene;
    this.look = lookOf(scene, options);
    this.hovered = -1;
    if (before && !this.calm && scene.marks.length <= 2000) this.animateFrom(before, scene);
    if (this.follows) this.fit(before !== null);
    this.redraw();
  }

  setLook(options: LookOptions): void {
    if (this.scene) this.look = lookOf(this.scene, options);
    this.redraw();
  }

  setChosen(node: number): void {
    this.chosen = node;
    if (node >= 0 && this.scene) {
      const to = reveal(this.camera, this.scene.xs[node] ?? 0, this.scene.ys[node] ?? 0, this.size);
      if (to.x !== this.camera.x || to.y !== this.camera.y) {
        this.follows = false;
        this.glideTo(to);
      }
    }
    this.redraw("over");
  }

  fit(smooth = true): void {
    if (!this.scene) return;
    this.follows = true;
    const to = fit(this.scene.columns, this.scene.rows, this.size);
    if (smooth && !this.calm) this.glideTo(to);
    else {
      this.camera = to;
      this.redraw();
    }
  }

  zoomBy(factor: number): void {
    this.follows = false;
    this.glideTo(zoom(this.camera, factor, { x: this.size.width / 2, y: this.size.height / 2 }));
  }

  /** The whole plate as a picture with its title and legend, twice as sharp as the screen. */
  async png({ above, below, caption }: Around): Promise<Blob | null> {
    if (!this.scene || !this.look || !this.style) return null;
    const size = { width: Math.max(this.size.width, 1200), height: Math.max(this.size.height, 800) };
    const height = above + size.height + below(size.width);
    const canvas = document.createElement("canvas");
    canvas.width = size.width * 2;
    canvas.height = height * 2;
    const ctx = canvas.getContext("2d");
    if (!ctx) return null;
    const words = await picture(caption(size.width, height));
    ctx.scale(2, 2);
    ctx.translate(0, above);
    drawPlate(ctx, this.scene, this.look, fit(this.scene.columns, this.scene.rows, size), size, this.style);
    ctx.translate(0, -above);
    ctx.globalCompositeOperation = "destination-over";
    if (words) ctx.drawImage(words, 0, 0, size.width, height);
    ctx.fillStyle = this.style.paper;
    ctx.fillRect(0, 0, size.width, height);
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  private animateFrom(before: Scene, scene: Scene): void {
    const now = performance.now();
    const target = scene.ys.slice();
    let moved = false;
    for (let at = 0; at < scene.marks.length; at++) {
      const mark = scene.marks[at];
      const old = mark ? before.index.get(mark.id) : undefined;
      if (old === undefined) {
        if (before.marks.length) this.births.set(at, now);
        continue;
      }
      const y = before.ys[old] ?? 0;
      if (y !== scene.ys[at]) {
        scene.ys[at] = y;
        moved = true;
      }
    }
    if (moved) this.move = { ys: scene.ys.slice(), target, start: now };
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!width || !height) return;
    this.size = { width, height };
    const ratio = Math.min(2, devicePixelRatio || 1);
    for (const canvas of [this.base, this.over]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      canvas.getContext("2d")?.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    if (this.follows) this.fit(false);
    this.redraw();
  }

  private glideTo(to: Camera): void {
    if (this.calm) {
      this.camera = to;
      this.redraw();
      return;
    }
    this.glide = { from: this.camera, to, start: performance.now() };
    this.redraw();
  }

  private redraw(what: "all" | "over" = "all"): void {
    if (what === "all") this.dirty.base = true;
    this.dirty.over = true;
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.paint(now));
  }

  private paint(now: number): void {
    this.frame = 0;
    const { scene, look, style } = this;
    if (!scene || !look || !style || !this.size.width) return;
    const ease = (start: number, length: number) => {
      const share = Math.min(1, (now - start) / length);
      return 1 - (1 - share) ** 3;
    };
    let again: "all" | "over" | null = null;
    if (this.glide) {
      const share = ease(this.glide.start, GLIDE);
      this.camera = between(this.glide.from, this.glide.to, share);
      if (share >= 1) this.glide = null;
      else again = "all";
      this.dirty.base = true;
    }
    if (this.move) {
      const share = ease(this.move.start, GLIDE);
      const { ys, target } = this.move;
      for (let at = 0; at < ys.length; at++) scene.ys[at] = (ys[at] ?? 0) + ((target[at] ?? 0) - (ys[at] ?? 0)) * share;
      if (share >= 1) this.move = null;
      else again = "all";
      this.dirty.base = true;
    }
    const base = this.base.getContext("2d");
    if (this.dirty.base && base) {
      drawPlate(base, scene, look, this.camera, this.size, style);
      drawMinimap(this.minimap, scene, look, style, this.camera, this.size);
      if (!performance.getEntriesByName("lineage-first-paint").length) performance.mark("lineage-first-paint");
    }
    const over = this.over.getContext("2d");
    if (over) {
      over.clearRect(0, 0, this.size.width, this.size.height);
      this.paintOver(over, scene, look, style);
      if (this.paintBirths(over, scene, style, now)) again ??= "over";
    }
    this.dirty = { base: false, over: false };
    if (again) this.redraw(again);
  }

  private paintOver(ctx: CanvasRenderingContext2D, scene: Scene, look: Look, style: PlateStyle): void {
    const lit = this.hovered >= 0 ? this.hovered : this.chosen;
    if (lit >= 0) {
      // the line of descent stays as it is: only the way to it is lit
      const way = pathTo(scene.parent, lit);
      const descends = new Set(scene.descent);
      const leaves = way.findIndex((at) => !descends.has(at));
      if (leaves >= 0) strokePath(ctx, scene, look, this.camera, way.slice(Math.max(0, leaves - 1)), style.ink, 1.8);
    }
    for (const [at, width] of [[this.hovered, 1.2], [this.chosen, 1.8]] as const) {
      if (at < 0 || !look.shown[at]) continue;
      const { x, y } = this.at(scene, at);
      ctx.strokeStyle = style.ink;
      ctx.lineWidth = width;
      ctx.beginPath();
      ctx.arc(x, y, Math.max(9, (look.radius[at] ?? 4) + 6), 0, 2 * Math.PI);
      ctx.stroke();
    }
  }

  private paintBirths(ctx: CanvasRenderingContext2D, scene: Scene, style: PlateStyle, now: number): boolean {
    for (const [at, start] of this.births) {
      const share = (now - start) / BIRTH;
      if (share >= 1 || at >= scene.marks.length) {
        this.births.delete(at);
        continue;
      }
      const { x, y } = this.at(scene, at);
      ctx.globalAlpha = 1 - share;
      ctx.strokeStyle = style.accent;
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      ctx.arc(x, y, 5 + share * 12, 0, 2 * Math.PI);
      ctx.stroke();
      ctx.globalAlpha = 1;
    }
    return this.births.size > 0;
  }

  private at(scene: Scene, node: number): { x: number; y: number } {
    return { x: this.camera.x + (scene.xs[node] ?? 0) * this.camera.gapX, y: this.camera.y + (scene.ys[node] ?? 0) * this.camera.gapY };
  }

  private find(x: number, y: number): number {
    const { scene, look, camera } = this;
    if (!scene || !look) return -1;
    const column = (x - camera.x) / camera.gapX, row = (y - camera.y) / camera.gapY;
    return nearest(scene, column, row, { x: camera.gapX, y: camera.gapY }, 12, (at) => Boolean(look.shown[at]));
  }

  private listen(): void {
    const options = { signal: this.end.signal };
    const pointers = new Map<number, { x: number; y: number }>();
    let travelled = 0;
    const local = (event: MouseEvent) => {
      const box = this.host.getBoundingClientRect();
      return { x: event.clientX - box.left, y: event.clientY - box.top };
    };
    this.over.addEventListener("pointerdown", (event) => {
      pointers.set(event.pointerId, local(event));
      travelled = 0;
      this.over.setPointerCapture(event.pointerId);
    }, options);
    this.over.addEventListener("pointermove", (event) => {
      const here = local(event);
      const before = pointers.get(event.pointerId);
      if (!before) {
        this.hover(here);
        return;
      }
      const dx = here.x - before.x, dy = here.y - before.y;
      travelled += Math.abs(dx) + Math.abs(dy);
      if (pointers.size === 2) {
        const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
        if (other) {
          const length = (a: { x: number; y: number }) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
          this.camera = zoom(this.camera, length(here) / length(before), other);
        }
      } else if (travelled > 3) {
        this.camera = { ...this.camera, x: this.camera.x + dx, y: this.camera.y + dy };
      }
      pointers.set(event.pointerId, here);
      if (travelled > 3) {
        this.follows = false;
        this.glide = null;
        this.redraw();
      }
    }, options);
    const up = (event: PointerEvent) => {
      if (pointers.delete(event.pointerId) && event.type === "pointerup" && travelled <= 3) {
        const here = local(event);
        this.events.onChoose(this.find(here.x, here.y));
      }
    };
    this.over.addEventListener("pointerup", up, options);
    this.over.addEventListener("pointercancel", up, options);
    this.over.addEventListener("pointerleave", () => this.setHovered(-1, 0, 0), options);
    this.over.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.follows = false;
      this.glide = null;
      if (event.shiftKey) this.camera = { ...this.camera, x: this.camera.x - event.deltaX - event.deltaY };
      else this.camera = zoom(this.camera, Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) * 0.004), local(event));
      this.redraw();
    }, { ...options, passive: false });
    const jump = (event: PointerEvent) => {
      if (event.buttons !== 1 || !this.scene) return;
      const box = this.minimap.getBoundingClientRect();
      const to: Minimap = { width: box.width, height: box.height };
      const { column, row } = minimapToRow(to, this.scene, event.clientX - box.left, event.clientY - box.top);
      this.follows = false;
      this.camera = { ...this.camera, x: this.size.width / 2 - column * this.camera.gapX, y: this.size.height / 2 - row * this.camera.gapY };
      this.redraw();
    };
    this.minimap.addEventListener("pointerdown", jump, options);
    this.minimap.addEventListener("pointermove", jump, options);
  }

  private hover(here: { x: number; y: number }): void {
    this.setHovered(this.find(here.x, here.y), here.x, here.y);
  }

  private setHovered(node: number, x: number, y: number): void {
    this.over.style.cursor = node >= 0 ? "pointer" : "grab";
    if (node !== this.hovered) {
      this.hovered = node;
      this.redraw("over");
      this.events.onHover(node, x, y);
    }
  }
}

/** An SVG document as something that can be drawn; none where the browser refuses it. */
async function picture(svg: string): Promise<HTMLImageElement | null> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  return image.decode().then(() => image, () => null);
}
