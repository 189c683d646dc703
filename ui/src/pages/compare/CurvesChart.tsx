import type { Side } from "@/api/types";
import { Frame, PAD } from "@/charts/Frame";
import { around, linear } from "@/charts/scale";
import { useWidth } from "@/charts/useWidth";
import { count, score, usd } from "@/lib/format";
import { useShownTheme } from "@/lib/theme";
import { hue, STROKES } from "./hues";

const HEIGHT = 300;

export function CurvesChart({ sides, x: axis }: { sides: Side[]; x: "calls" | "usd" }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  useShownTheme();
  const points = sides.flatMap((side) => side.curve);
  if (!points.length) return <p className="text-muted">No generation has closed yet in any of them.</p>;
  const xRange: [number, number] = [0, Math.max(...points.map((point) => point[axis]), 1e-9)];
  const yRange = around(points.map((point) => point.best), [0, 1], 0.1);
  const x = linear(xRange, [PAD.left, width - PAD.right]);
  const y = linear(yRange, [HEIGHT - PAD.bottom, PAD.top]);
  return (
    <div ref={ref}>
      <Frame width={width} height={HEIGHT} x={x} y={y} xRange={xRange} yRange={yRange} xLabel={axis === "calls" ? "answered calls" : "US dollars"} yLabel="best, train" xText={axis === "calls" ? count : usd} yText={(value) => score(value)} label={`Best so far of ${sides.length} runs`}>
        {sides.map((side, at) => {
          const last = side.curve.at(-1);
          return (
            <g key={side.run}>
              <path d={side.curve.map((point, number) => `${number ? `H${x(point[axis])}V` : `M${x(point[axis])} `}${y(point.best)}`).join("")} fill="none" stroke={hue(at)} strokeWidth="2.2" strokeDasharray={STROKES[at % STROKES.length]} />
              {last ? <text x={Math.min(x(last[axis]), width - 70)} y={y(last.best) - 6} fontSize="10" fill="var(--muted)">{side.run}</text> : null}
            </g>
          );
        })}
      </Frame>
    </div>
  );
}
