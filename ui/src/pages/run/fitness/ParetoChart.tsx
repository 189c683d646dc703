import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { Node } from "@/api/types";
import { Frame, PAD } from "@/charts/Frame";
import { around, linear } from "@/charts/scale";
import { useWidth } from "@/charts/useWidth";
import { InlineSelect } from "@/components/InlineSelect";
import { candidateOf, count, score, usd } from "@/lib/format";
import { frontier } from "./frontier";

const HEIGHT = 320;
const MEASURES = {
  cost: { text: "cost a trial", of: (node: Node) => (node.score?.trials ? node.cost / node.score.trials : null), show: usd, least: 1e-6 },
  spent: { text: "spent on it", of: (node: Node) => node.cost, show: usd, least: 1e-6 },
  trials: { text: "answers seen", of: (node: Node) => node.score?.trials ?? null, show: count, least: 4 },
  generation: { text: "generation", of: (node: Node) => node.generation, show: count, least: 2 },
} as const;
type Measure = keyof typeof MEASURES;

/** Every evaluated candidate by score and another measure, with the front of those that none beats in both. */
export function ParetoChart({ nodes, run, best }: { nodes: Node[]; run: string; best: number | null }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const navigate = useNavigate();
  const [measure, setMeasure] = useState<Measure>("cost");
  const [over, setOver] = useState<Node | null>(null);
  const { of, show, text, least } = MEASURES[measure];
  const points = nodes.flatMap((node) => {
    const value = of(node);
    return node.score && value !== null && node.score.trials > 0 ? [{ node, value, mean: node.score.mean }] : [];
  });
  const front = frontier(points.map((point) => [point.value, point.mean]));
  const xRange = around(points.map((point) => point.value), [0, Infinity], least);
  const yRange = around(points.map((point) => point.mean), [0, 1], 0.1);
  const x = linear(xRange, [PAD.left, width - PAD.right]);
  const y = linear(yRange, [HEIGHT - PAD.bottom, PAD.top]);
  const ahead = front.map((at) => points[at]).filter((point) => point !== undefined);
  return (
    <section>
      <div className="mb-1 flex flex-wrap items-center gap-4">
        <h2 className="plate mr-auto">Score against {text}</h2>
        <InlineSelect label="Across" value={measure} options={Object.entries(MEASURES).map(([key, { text }]) => [key as Measure, text] as const)} onChange={setMeasure} />
      </div>
      <p className="min-h-5 text-muted">{over ? <><span className="font-mono">{candidateOf(over.id)}</span> {over.operator ?? "seed"}: {score(over.score?.mean)} ({score(over.score?.low)} to {score(over.score?.high)}), {show(of(over))}</> : `${count(ahead.length)} on the front of ${count(points.length)}`}</p>
      <div ref={ref}>
        <Frame width={width} height={HEIGHT} x={x} y={y} xRange={xRange} yRange={yRange} xLabel={text} yLabel="score, train" xText={show} yText={(value) => score(value)} label={`Score against ${text}; ${ahead.length} candidates on the front`}>
          <path d={ahead.map((point, at) => `${at ? `H${x(point.value)}V` : `M${x(point.value)} `}${y(point.mean)}`).join("")} fill="none" stroke="var(--ink)" strokeWidth="1.2" />
          {points.map(({ node, value, mean }, at) => {
            const isBest = best !== null && candidateOf(node.id) === `c${best}`;
            const onFront = front.includes(at);
            return (
              <circle
                key={node.id}
                cx={x(value)}
                cy={y(mean)}
                r={isBest ? 5 : onFront ? 4 : 3}
                fill={isBest ? "var(--accent)" : onFront ? "var(--ink)" : "var(--panel)"}
                stroke={isBest ? "var(--accent)" : onFront ? "var(--ink)" : "var(--edge)"}
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
