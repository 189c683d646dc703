import { useRef, useState, type PointerEvent } from "react";

export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}
/** Shorter than this it was a click. */
const CLICK = 4;

/** A rectangle that is dragged over an SVG, in its own pixels. */
export function useDrag(onDone: (box: Box) => void) {
  const [box, setBox] = useState<Box | null>(null);
  const start = useRef<{ x: number; y: number } | null>(null);
  const place = (event: PointerEvent<SVGElement>) => {
    const frame = (event.currentTarget.ownerSVGElement ?? event.currentTarget).getBoundingClientRect();
    return { x: event.clientX - frame.left, y: event.clientY - frame.top };
  };
  const between = (event: PointerEvent<SVGElement>): Box | null => {
    if (!start.current) return null;
    const { x, y } = place(event);
    return { x0: Math.min(x, start.current.x), x1: Math.max(x, start.current.x), y0: Math.min(y, start.current.y), y1: Math.max(y, start.current.y) };
  };
  const handlers = {
    onPointerDown: (event: PointerEvent<SVGElement>) => {
      if (event.button !== 0) return;
      start.current = place(event);
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove: (event: PointerEvent<SVGElement>) => {
      const next = between(event);
      if (next) setBox(next);
    },
    onPointerUp: (event: PointerEvent<SVGElement>) => {
      const next = between(event);
      start.current = null;
      setBox(null);
      if (next && (next.x1 - next.x0 >= CLICK || next.y1 - next.y0 >= CLICK)) onDone(next);
    },
    onPointerCancel: () => {
      start.current = null;
      setBox(null);
    },
  };
  return { box, handlers };
}
