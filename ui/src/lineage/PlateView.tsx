import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type Ref } from "react";
import { typing } from "@/app/shortcuts";
import { score } from "@/lib/format";
import { useShownTheme } from "@/lib/theme";
import type { LookOptions } from "./look";
import { Plate, type Around } from "./Plate";
import { step, type Scene } from "./scene";
import { plateStyle } from "./style";

export interface PlateHandle {
  fit: () => void;
  zoomBy: (factor: number) => void;
  png: (around: Around) => Promise<Blob | null>;
}

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "preventDefault">;

interface Props {
  scene: Scene;
  look: LookOptions;
  chosen: number;
  title: string;
  onChoose: (node: number) => void;
  onFold: (node: number) => void;
  handle: Ref<PlateHandle>;
}

/** The plate with its keyboard and its words for who cannot see it; the tree table holds the same content. */
export function PlateView({ scene, look, chosen, title, onChoose, onFold, handle }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const minimap = useRef<HTMLCanvasElement>(null);
  const plate = useRef<Plate | null>(null);
  const theme = useShownTheme();
  const [hover, setHover] = useState<{ node: number; x: number; y: number } | null>(null);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  const shownScene = useRef<Scene | null>(null);

  useLayoutEffect(() => {
    if (!host.current || !base.current || !over.current || !minimap.current) return;
    const made = new Plate(host.current, base.current, over.current, minimap.current, {
      onHover: (node, x, y) => setHover(node < 0 ? null : { node, x, y }),
      onChoose: (node) => choose.current(node),
    });
    plate.current = made;
    shownScene.current = null;
    return () => made.destroy();
  }, []);
  useLayoutEffect(() => plate.current?.setStyle(plateStyle(theme)), [theme]);
  useLayoutEffect(() => {
    if (shownScene.current === scene) plate.current?.setLook(look);
    else plate.current?.setScene(scene, look);
    shownScene.current = scene;
    setHover(null);
  }, [scene, look]);
  useEffect(() => plate.current?.setChosen(chosen), [chosen, scene]);
  useImperativeHandle(handle, () => ({
    fit: () => plate.current?.fit(),
    zoomBy: (factor) => plate.current?.zoomBy(factor),
    png: async (around) => (await plate.current?.png(around)) ?? null,
  }), []);

  const onKey = (event: Pressed) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = chosen >= 0 ? chosen : Math.max(0, scene.best);
    const keys: Record<string, () => void> = {
      ArrowLeft: () => onChoose(chosen < 0 ? from : step(scene, from, "parent")),
      ArrowRight: () => onChoose(chosen < 0 ? from : step(scene, from, "child")),
      ArrowUp: () => onChoose(chosen < 0 ? from : step(scene, from, "above")),
      ArrowDown: () => onChoose(chosen < 0 ? from : step(scene, from, "below")),
      Enter: () => onChoose(from),
      b: () => onChoose(scene.best),
      f: () => plate.current?.fit(),
      "+": () => plate.current?.zoomBy(1.3),
      "=": () => plate.current?.zoomBy(1.3),
      "-": () => plate.current?.zoomBy(1 / 1.3),
      " ": () => onFold(from),
      Escape: () => onChoose(-1),
    };
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  // these mean the same wherever one is on the page; the others are the plate's own, for they scroll and press elsewhere
  const press = useRef(onKey);
  press.current = onKey;
  useEffect(() => {
    const anywhere = (event: globalThis.KeyboardEvent) => {
      if (!"bf+=-".includes(event.key) || event.defaultPrevented || typing(event.target) || document.querySelector("dialog[open]") || host.current?.contains(event.target as globalThis.Node)) return;
      press.current(event);
      // the arrows walk on from the best
      if (event.key === "b") host.current?.focus({ preventScroll: true });
    };
    addEventListener("keydown", anywhere);
    return () => removeEventListener("keydown", anywhere);
  }, []);

  const words = (node: number) => {
    const mark = scene.marks[node];
    if (!mark) return "";
    const { node: one } = mark;
    const name = mark.id.slice(mark.id.indexOf("@") + 1);
    return `${name}, generation ${one.generation}, ${one.operator ?? "seed"}, ${one.score ? `score ${score(one.score.mean)}, ${one.score.trials} answers` : "not evaluated"}, ${one.status}${mark.folded ? `, ${mark.folded.nodes} folded` : ""}`;
  };
  const hovered = hover ? scene.marks[hover.node] : undefined;
  return (
    <div
      ref={host}
      role="application"
      tabIndex={0}
      aria-label={`${title}: ${scene.total} candidates${scene.marks.length < scene.total ? `, ${scene.marks.length} of them drawn,` : ""} in ${scene.columns} generations. Arrow keys walk the tree, Enter opens a candidate; the table shows the same.`}
      className="relative h-full min-h-0 w-full flex-1 touch-pan-y overflow-hidden outline-offset-[-2px]"
      onKeyDown={onKey}
    >
      <canvas ref={base} className="absolute inset-0 h-full w-full" aria-hidden="true" />
      <canvas ref={over} className="absolute inset-0 h-full w-full" aria-hidden="true" />
      <canvas ref={minimap} className="absolute right-2 bottom-2 h-24 w-[150px] border border-hairline" aria-hidden="true" />
      <p className="sr-only" aria-live="polite">{words(chosen)}</p>
      {hover && hovered ? (
        <div className="pointer-events-none absolute z-10 max-w-64 rounded border border-hairline bg-panel px-2 py-1 text-small" style={{ left: Math.min(hover.x + 14, (host.current?.clientWidth ?? 600) - 240), top: hover.y + 14 }}>
          <span className="font-mono font-medium">{hovered.id.slice(hovered.id.indexOf("@") + 1)}</span>{" "}
          <span className="text-muted">{hovered.node.operator ?? "seed"}, {hovered.node.status}</span>
          <span className="block">{hovered.node.score ? `${score(hovered.node.score.mean)} (${score(hovered.node.score.low)} to ${score(hovered.node.score.high)}), ${hovered.node.score.trials} answers` : "not evaluated"}</span>
          {hovered.folded ? <span className="block text-muted">{hovered.folded.nodes} folded: Space shows them</span> : null}
        </div>
      ) : null}
    </div>
  );
}
