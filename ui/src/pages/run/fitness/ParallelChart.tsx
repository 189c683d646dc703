import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Row } from "@/api/types";
import { around, linear } from "@/charts/scale";
import { useWidth } from "@/charts/useWidth";
import { candidateOf } from "@/lib/format";
import { Choose } from "@/components/Choose";
import { holds, type Brush } from "./brush";
import { measureOf, said, type Measure, type Measures } from "./measures";
import { useDrag } from "./useDrag";

const HEIGHT = 300;
const TOP = 34;
const BOTTOM = HEIGHT - 22;
const SIDE = 62;
/** Half the width of an axis that takes hold of the pointer. */
const GRIP = 14;

interface Props {
  nodes: Row[];
  measures: Measures;
  /** The measures that are drawn, by name; all that any candidate has where none are chosen. */
  chosen: readonly string[] | undefined;
  onChoose: (names: string[] | undefined) => void;
  run: string;
  best: string | null;
  brush: Brush;
  onBrush: (brush: Brush) => void;
}

/** One line a candidate over all measures; dragging along an axis picks out the candidates that cross it there. */
export function ParallelChart({ nodes, measures, chosen, onChoose, run, best, brush, onBrush }: Props) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const navigate = useNavigate();
  const [over, setOver] = useState<Row | null>(null);
  const measure = (name: string) => measureOf(measures, name);
  const known = [...measures.keys()].filter((name) => nodes.some((node) => measure(name).of(node) !== null));
  const axes = chosen ? known.filter((name) => chosen.includes(name)) : known;
  // narrower than this the words over the axes would lie on one another: then the chart scrolls
  const room = Math.max(width, axes.length * 92);
  const x = linear([0, Math.max(1, axes.length - 1)], [SIDE, room - SIDE]);
  const scales = axes.map((name) => {
    const { of, bounds, least } = measure(name);
    const range = around(nodes.flatMap((node) => of(node) ?? []), bounds, least);
    return { name, range, y: linear(range, [BOTTOM, TOP]) };
  });
  const way = (node: Row) => {
    let path = "";
    let pen = false;
    scales.forEach(({ name, y }, at) => {
      const value = measure(name).of(node);
      // where a candidate has no value its line has a gap
      if (value !== null) path += `${pen ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      pen = value !== null;
    });
    return path;
  };
  const isBest = (node: Row) => candidateOf(node.id) === best;
  const anything = Object.keys(brush).length > 0;
  const picked = nodes.filter((node) => !anything || holds(brush, measures, node));
  const open = (node: Row) => void navigate({ to: "/runs/$run", params: { run }, search: { node: candidateOf(node.id) } });
  const first = nodes.find(isBest);
  return (
    <section>
      <div className="flex flex-wrap items-center gap-4">
        <h2 className="plate mr-auto">Candidates over {chosen ? "the measures chosen" : "all measures"}</h2>
        <Choose label="Measures" options={known.map((name) => [name, measure(name).text] as const)} chosen={axes} onChange={(names) => onChoose(names.length === known.length ? undefined : names)} />
      </div>
      <p className="min-h-5 text-muted">{over ? <><span className="font-mono">{candidateOf(over.id)}</span> {over.operator ?? "seed"}: {axes.map((name) => said(measure(name), over)).filter(Boolean).join(", ")}</> : "One line each; the best in the accent colour."}</p>
      <div ref={ref} className="overflow-x-auto">
        <svg role="img" aria-label={`${nodes.length} candidates over ${axes.length} measures`} width={room} height={HEIGHT} className="block font-sans" fontSize="11">
          {anything ? nodes.filter((node) => !holds(brush, measures, node)).map((node) => <path key={node.id} d={way(node)} fill="none" stroke="var(--edge-faint)" strokeWidth="1" opacity="0.25" className="pointer-events-none" />) : null}
          {picked.map((node) => (
            <path key={node.id} d={way(node)} fill="none" stroke={over === node ? "var(--ink)" : "var(--edge)"} strokeWidth={over === node ? 2 : 1} opacity={over === node ? 1 : 0.55} className="cursor-pointer" onMouseEnter={() => setOver(node)} onMouseLeave={() => setOver(null)} onClick={() => open(node)} />
          ))}
          {first ? <path d={way(first)} fill="none" stroke="var(--accent)" strokeWidth="3" opacity={anything && !holds(brush, measures, first) ? 0.3 : 1} className="cursor-pointer" onMouseEnter={() => setOver(first)} onMouseLeave={() => setOver(null)} onClick={() => open(first)} /> : null}
          {scales.map(({ name, range, y }, at) => (
            <Axis key={name} measure={measure(name)} x={x(at)} range={range} y={y} brushed={brush[name]} onBrush={(next) => onBrush({ ...brush, [name]: next })} />
          ))}
        </svg>
      </div>
    </section>
  );
}

interface AxisProps {
  measure: Measure;
  x: number;
  range: readonly [number, number];
  y: (value: number) => number;
  brushed: readonly [number, number] | undefined;
  onBrush: (range: readonly [number, number]) => void;
}

function Axis({ measure: { text, show }, x, range, y, brushed, onBrush }: AxisProps) {
  const clamp = (value: number) => Math.min(BOTTOM, Math.max(TOP, value));
  const back = linear([BOTTOM, TOP], range);
  const { box, handlers } = useDrag(({ y0, y1 }) => onBrush([back(clamp(y1)), back(clamp(y0))]));
  const marked = box ? [clamp(box.y0), clamp(box.y1)] : brushed ? [clamp(y(brushed[1])), clamp(y(brushed[0]))] : null;
  return (
    <g>
      <text x={x} y={13} textAnchor="middle" fill="var(--ink)">{text}</text>
      <text x={x} y={27} textAnchor="middle" fill="var(--muted)">{show(range[1])}</text>
      <text x={x} y={BOTTOM + 15} textAnchor="middle" fill="var(--muted)">{show(range[0])}</text>
      <line x1={x} x2={x} y1={TOP} y2={BOTTOM} stroke="var(--ink)" strokeWidth="1" />
      {marked ? <rect x={x - 6} y={marked[0]} width="12" height={Math.max(1, (marked[1] ?? 0) - (marked[0] ?? 0))} fill="var(--accent-soft)" stroke="var(--accent)" opacity="0.85" className="pointer-events-none" /> : null}
      <rect x={x - GRIP} y={TOP} width={2 * GRIP} height={BOTTOM - TOP} fill="transparent" className="cursor-ns-resize touch-none" {...handlers} />
    </g>
  );
}
