import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { score } from "@/lib/format";
import { useShownTheme } from "@/lib/theme";
import { cividis } from "@/lineage/colours";
import { plateStyle } from "@/lineage/style";
import type { HeatView } from "./ordered";

interface Props {
  view: HeatView;
  /** By column: by how much the first row is above the second, where these are compared. */
  change?: readonly number[];
  best: string | null;
  onOpen: (candidate: string, example: number) => void;
}

const TOP = 26;
const SHADES = 32;

/** A canvas the size of the window over a scroller the size of the matrix: only cells on screen are drawn. */
export function HeatMap({ view, change, best, onOpen }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useShownTheme();
  const [cursor, setCursor] = useState<{ row: number; column: number } | null>(null);
  const cell = view.examples.length > 400 || view.candidates.length > 200 ? 10 : 16;
  // beside the rows stand a star, the longest name and its mean
  const left = 56 + view.candidates.reduce((most, name) => Math.max(most, name.length), 4) * 7;
  // the last example's number is wider than its column
  const width = left + view.examples.length * cell + 14, height = TOP + view.candidates.length * cell;

  const paint = useCallback(() => {
    const element = canvas.current, scroller = box.current;
    const ctx = element?.getContext("2d");
    if (!element || !scroller || !ctx) return;
    const ratio = Math.min(2, devicePixelRatio || 1);
    const w = Math.min(scroller.clientWidth, width + 1), h = Math.min(scroller.clientHeight, height + 1);
    if (element.width !== Math.round(w * ratio) || element.height !== Math.round(h * ratio)) {
      element.width = Math.round(w * ratio);
      element.height = Math.round(h * ratio);
      element.style.width = `${w}px`;
      element.style.height = `${h}px`;
    }
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const style = plateStyle(theme);
    const shades = Array.from({ length: SHADES + 1 }, (_, at) => cividis(at / SHADES, theme));
    const { scrollLeft, scrollTop } = scroller;
    ctx.clearRect(0, 0, w, h);
    const firstColumn = Math.floor(scrollLeft / cell), lastColumn = Math.min(view.examples.length - 1, Math.ceil((scrollLeft + w - left) / cell));
    const firstRow = Math.floor(scrollTop / cell), lastRow = Math.min(view.candidates.length - 1, Math.ceil((scrollTop + h - TOP) / cell));
    const gap = cell > 8 ? 1 : 0;
    // one pass a shade: setting the colour is what costs
    const byShade: number[][] = Array.from({ length: SHADES + 1 }, () => []);
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const value = view.at(row, column);
        if (value !== null) byShade[Math.round(value * SHADES)]?.push(left + column * cell - scrollLeft, TOP + row * cell - scrollTop);
      }
    }
    byShade.forEach((places, shade) => {
      ctx.fillStyle = shades[shade] ?? style.muted;
      for (let at = 0; at < places.length; at += 2) ctx.fillRect(places[at] as number, places[at + 1] as number, cell - gap, cell - gap);
    });
    if (cursor) {
      ctx.strokeStyle = style.ink;
      ctx.lineWidth = 2;
      ctx.strokeRect(left + cursor.column * cell - scrollLeft, TOP + cursor.row * cell - scrollTop, cell - gap, cell - gap);
    }
    ctx.fillStyle = style.paper;
    ctx.fillRect(0, 0, left, h);
    ctx.fillRect(0, 0, w, TOP);
    ctx.font = `11px "Inter", sans-serif`;
    ctx.textBaseline = "middle";
    const each = cell >= 14 ? 1 : 2;
    for (let row = Math.ceil(firstRow / each) * each; row <= lastRow; row += each) {
      const y = TOP + row * cell - scrollTop + cell / 2;
      if (y < TOP + 2) continue;
      const name = view.candidates[row] ?? "";
      ctx.fillStyle = name === best ? style.accent : style.ink;
      ctx.textAlign = "left";
      ctx.fillText(name === best ? `★ ${name}` : name, 0, y);
      ctx.fillStyle = style.muted;
      ctx.textAlign = "right";
      ctx.fillText(score(view.means[row]), left - 8, y);
    }
    ctx.fillStyle = style.muted;
    ctx.textAlign = "center";
    const every = Math.ceil(44 / cell);
    for (let column = Math.ceil(firstColumn / every) * every; column <= lastColumn; column += every) {
      const x = left + column * cell - scrollLeft + cell / 2;
      if (x > left + 4) ctx.fillText(`e${view.examples[column]}`, x, TOP - 12 - (change ? 5 : 0));
    }
    if (change) {
      ctx.font = `bold 11px "Inter", sans-serif`;
      for (let column = firstColumn; column <= lastColumn; column++) {
        const won = (change[column] ?? 0) > 0;
        const x = left + column * cell - scrollLeft + (cell - gap) / 2;
        ctx.fillStyle = won ? style.accent : style.lost;
        if (x > left) ctx.fillText(won ? "+" : "−", x, TOP - 5);
      }
      // the two stand apart from the others
      ctx.fillStyle = style.ink;
      if (scrollTop < 2 * cell) ctx.fillRect(0, TOP + 2 * cell - scrollTop - 1, w, 1);
    }
  }, [view, change, theme, best, cell, left, width, height, cursor]);

  const frame = useRef(0);
  const request = useCallback(() => {
    cancelAnimationFrame(frame.current);
    frame.current = requestAnimationFrame(paint);
  }, [paint]);
  useLayoutEffect(paint, [paint]);
  useEffect(() => {
    const observer = new ResizeObserver(request);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [request]);

  const find = (event: React.MouseEvent) => {
    const scroller = box.current;
    if (!scroller) return null;
    const rect = scroller.getBoundingClientRect();
    const column = Math.floor((event.clientX - rect.left - left + scroller.scrollLeft) / cell);
    const row = Math.floor((event.clientY - rect.top - TOP + scroller.scrollTop) / cell);
    const inside = event.clientX - rect.left > left && event.clientY - rect.top > TOP && row >= 0 && column >= 0 && row < view.candidates.length && column < view.examples.length;
    return inside ? { row, column } : null;
  };
  const open = (place: { row: number; column: number } | null) => {
    const candidate = place && view.candidates[place.row], example = place ? view.examples[place.column] : undefined;
    if (candidate && example !== undefined && view.at(place.row, place.column) !== null) onOpen(candidate, example);
  };
  const said = cursor ? `${view.candidates[cursor.row]}, example e${view.examples[cursor.column]}: ${score(view.at(cursor.row, cursor.column))}` : "";
  return (
    <>
      <p className="min-h-5 text-small" aria-live="polite">{said || <span className="text-muted">Point at a cell; press it to read the answer.</span>}</p>
      <div
        ref={box}
        role="application"
        tabIndex={0}
        aria-label={`Scores of ${view.candidates.length} candidates on ${view.examples.length} examples. Arrow keys move, Enter opens an answer.`}
        className="max-h-[calc(100vh-340px)] min-h-64 overflow-auto"
        onScroll={request}
        onMouseMove={(event) => {
          const place = find(event);
          setCursor((before) => (before?.row === place?.row && before?.column === place?.column ? before : place));
        }}
        onMouseLeave={() => setCursor(null)}
        onClick={(event) => open(find(event))}
        onKeyDown={(event) => {
          const moves: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
          const move = moves[event.key];
          if (event.key === "Enter") {
            // else the same press closes what it opened, by the button that has the focus then
            event.preventDefault();
            open(cursor);
          }
          if (!move) return;
          event.preventDefault();
          const row = Math.max(0, Math.min(view.candidates.length - 1, (cursor?.row ?? 0) + (cursor ? move[0] : 0)));
          const column = Math.max(0, Math.min(view.examples.length - 1, (cursor?.column ?? 0) + (cursor ? move[1] : 0)));
          setCursor({ row, column });
          box.current?.scrollTo({ left: Math.min(column * cell, Math.max(box.current.scrollLeft, left + (column + 1) * cell - box.current.clientWidth)), top: Math.min(row * cell, Math.max(box.current.scrollTop, TOP + (row + 1) * cell - box.current.clientHeight)) });
        }}
      >
        <div style={{ width, height }}>
          <canvas ref={canvas} className="sticky top-0 left-0 block cursor-pointer" aria-hidden="true" />
        </div>
      </div>
    </>
  );
}
