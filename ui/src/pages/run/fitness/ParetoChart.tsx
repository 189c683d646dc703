import { useNavigate } from "@tanstack/react-router";
import { useState, type SVGProps } from "react";
import type { Row } from "@/api/types";
import { Frame, PAD } from "@/charts/Frame";
import { around, linear } from "@/charts/scale";
import { useWidth } from "@/charts/useWidth";
import { InlineSelect } from "@/components/InlineSelect";
import { candidateOf, count } from "@/lib/format";
import { holds, type Brush } from "./brush";
import { frontier } from "./frontier";
import { measureOf, said, type Measure, type Measures } from "./measures";
import { useDrag } from "./useDrag";

const HEIGHT = 320;

interface Props {
  nodes: Row[];
  measures: Measures;
  /** Two measures by name. */
  axes: { up: string; across: string };
  onAxes: (axes: { up: string; across: string }) => void;
  run: string;
  best: string | null;
  brush: Brush;
  onBrush: (brush: Brush) => void;
}

/** Every evaluated candidate by two measures, with the front of those that none beats in both. Dragging picks candidates out. */
export function ParetoChart({ nodes, measures, axes, onAxes, run, best, brush, onBrush }: Props) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const navigate = useNavigate();
  const [over, setOver] = useState<Row | null>(null);
  const { up, across } = axes;
  const [mx, my] = [measureOf(measures, across), measureOf(measures, up)];
  const options = [...measures].map(([name, measure]) => [name, measure.objective ? `${measure.text} (objective)` : measure.text] as const);
  const points = nodes.flatMap((node) => {
    const [px, py] = [mx.of(node), my.of(node)];
    return px !== null && py !== null && (node.score?.trials ?? 0) > 0 ? [{ node, px, py }] : [];
  });
  const front = frontier(points.map((point) => [point.px, point.py]), [mx.better, my.better]);
  const xRange = around(points.map((point) => point.px), mx.bounds, mx.least);
  const yRange = around(points.map((point) => point.py), my.bounds, my.least);
  const [left, right, top, bottom] = [PAD.left, width - PAD.right, PAD.top, HEIGHT - PAD.bottom];
  const x = linear(xRange, [left, right]);
  const y = linear(yRange, [bottom, top]);
  const [backX, backY] = [linear([left, right], xRange), linear([bottom, top], yRange)];
  const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));
  const { box, handlers } = useDrag(({ x0, x1, y0, y1 }) => {
    const xs = [backX(clamp(x0, left, right)), backX(clamp(x1, left, right))] as const;
    const ys = [backY(clamp(y1, top, bottom)), backY(clamp(y0, top, bottom))] as const;
    onBrush({ ...brush, [across]: xs, [up]: ys });
  });
  const ahead = front.map((at) => points[at]).filter((point) => point !== undefined);
  const onFront = new Set(front);
  const shown = (range: readonly [number, number] | undefined, whole: readonly [number, number]) => range ?? whole;
  const [bx, by] = [shown(brush[across], xRange), shown(brush[up], yRange)];
  const anything = Object.keys(brush).length > 0;
  return (
    <section>
      <div className="mb-1 flex flex-wrap items-center gap-4">
        <h2 className="plate mr-auto first-letter:uppercase">{my.text} against {mx.text}</h2>
        <InlineSelect label="Up" value={up} options={options.filter(([name]) => name !== across)} onChange={(up) => onAxes({ up, across })} />
        <InlineSelect label="Across" value={across} options={options.filter(([name]) => name !== up)} onChange={(across) => onAxes({ up, across })} />
      </div>
      <p className="min-h-5 text-muted">{over ? <><span className="font-mono">{candidateOf(over.id)}</span> {over.operator ?? "seed"}: {said(my, over)}, {said(mx, over)}</> : `${count(ahead.length)} on the front of ${count(points.length)}; ${wanted(my)} and ${wanted(mx)} are wanted`}</p>
      <div ref={ref}>
        <Frame width={width} height={HEIGHT} x={x} y={y} xRange={xRange} yRange={yRange} xLabel={mx.text} yLabel={my.text} xText={mx.show} yText={my.show} label={`${my.text} against ${mx.text}; ${ahead.length} candidates on the front`}>
          <rect x={left} y={top} width={Math.max(0, right - left)} height={bottom - top} fill="transparent" className="cursor-crosshair touch-pan-y" {...handlers} />
          {brush[across] || brush[up] ? (
            <rect x={clamp(x(bx[0]), left, right)} y={clamp(y(by[1]), top, bottom)} width={Math.max(0, clamp(x(bx[1]), left, right) - clamp(x(bx[0]), left, right))} height={Math.max(0, clamp(y(by[0]), top, bottom) - clamp(y(by[1]), top, bottom))} fill="var(--accent-soft)" opacity="0.55" className="pointer-events-none" />
          ) : null}
          {box ? <rect x={box.x0} y={box.y0} width={box.x1 - box.x0} height={box.y1 - box.y0} fill="none" stroke="var(--ink)" strokeDasharray="3 3" className="pointer-events-none" /> : null}
          <path d={ahead.map((point, at) => `${at ? `H${x(point.px)}V` : `M${x(point.px)} `}${y(point.py)}`).join("")} fill="none" stroke="var(--ink)" strokeWidth="1.2" className="pointer-events-none" />
          {points.filter(({ node }) => node === over || candidateOf(node.id) === best).map(({ node, px, py }) => (
            <g key={node.id} stroke={candidateOf(node.id) === best ? "var(--accent)" : "var(--ink)"} strokeWidth="1.2" className="pointer-events-none">
              <Whiskers ends={mx.ends?.(node)} to={(value) => ({ x1: x(value), x2: x(value), y1: y(py) - 3, y2: y(py) + 3 })} line={(low, high) => ({ x1: x(low), x2: x(high), y1: y(py), y2: y(py) })} range={xRange} />
              <Whiskers ends={my.ends?.(node)} to={(value) => ({ y1: y(value), y2: y(value), x1: x(px) - 3, x2: x(px) + 3 })} line={(low, high) => ({ y1: y(low), y2: y(high), x1: x(px), x2: x(px) })} range={yRange} />
            </g>
          ))}
          {points.map(({ node, px, py }, at) => {
            const isBest = candidateOf(node.id) === best;
            const ahead = onFront.has(at);
            return (
              <circle
                key={node.id}
                cx={x(px)}
                cy={y(py)}
                r={isBest ? 5 : ahead ? 4 : 3}
                fill={isBest ? "var(--accent)" : ahead ? "var(--ink)" : "var(--panel)"}
                stroke={isBest ? "var(--accent)" : ahead ? "var(--ink)" : "var(--edge)"}
                opacity={anything && !holds(brush, measures, node) ? 0.2 : 1}
                className="cursor-pointer"
                onMouseEnter={() => setOver(node)}
                onMouseLeave={() => setOver(null)}
                onClick={() => void navigate({ to: "/runs/$run", params: { run }, search: { node: candidateOf(node.id) } })}
              >
                <title>{candidateOf(node.id)}</title>
              </circle>
            );
          })}
        </Frame>
      </div>
    </section>
  );
}

type Line = Pick<SVGProps<SVGLineElement>, "x1" | "x2" | "y1" | "y2">;

/** The 95 % interval of a point along one axis; an end beyond the axis has no cap. */
function Whiskers({ ends, line, to, range }: { ends: readonly [number, number] | null | undefined; line: (low: number, high: number) => Line; to: (value: number) => Line; range: readonly [number, number] }) {
  if (!ends) return null;
  const [low, high] = [Math.max(range[0], ends[0]), Math.min(range[1], ends[1])];
  return <><line {...line(low, high)} />{low === ends[0] ? <line {...to(low)} /> : null}{high === ends[1] ? <line {...to(high)} /> : null}</>;
}

/** Which end of a measure the front goes by. */
const wanted = ({ text, better }: Measure) => `${better === "more" ? "more" : "less"} ${text}`;
