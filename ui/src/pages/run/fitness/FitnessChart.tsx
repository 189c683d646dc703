import { useState } from "react";
import { Frame, PAD } from "@/charts/Frame";
import { around, linear } from "@/charts/scale";
import { useWidth } from "@/charts/useWidth";
import { count, duration, score, usd } from "@/lib/format";
import { words, type FitnessPoint } from "./points";

type Axis = "calls" | "usd" | "tokens" | "seconds" | "generation";
const LABEL: Record<Exclude<Axis, "seconds">, string> = { calls: "answered calls", usd: "US dollars", tokens: "tokens, in and out", generation: "generation" };
const TEXT: Record<Axis, (value: number) => string> = { calls: count, usd, tokens: count, seconds: String, generation: String };
const HEIGHT = 300;

interface Props {
  points: FitnessPoint[];
  x: Axis;
  /** The first prompt's score, drawn as a line to rise from. */
  seed: number | null;
}

/** The candidate that led, as steps with the 95 % interval of the same answers as a band, and the mean of each generation's candidates. */
export function FitnessChart({ points, x: axis, seed }: Props) {
  const { ref, width } = useWidth<HTMLDivElement>();
  const [over, setOver] = useState<number | null>(null);
  const band = bandOf(points);
  const clock = clockOf(points.at(-1)?.seconds ?? 0);
  const along = (point: FitnessPoint) => (axis === "seconds" ? point.seconds / clock.seconds : (point[axis] ?? 0));
  const xs = points.map(along);
  const xRange: [number, number] = [0, Math.max(...xs, axis === "generation" ? 1 : 1e-9)];
  const yRange = around([...points.map((one) => one.best), ...points.flatMap((one) => (one.mean === null ? [] : [one.mean])), ...(seed === null ? [] : [seed]), ...band.flatMap((one) => (one ? [one.low, one.high] : []))], [0, 1], 0.2);
  const x = linear(xRange, [PAD.left, width - PAD.right]);
  const y = linear(yRange, [HEIGHT - PAD.bottom, PAD.top]);
  const line = (values: number[]) => values.map((value, at) => `${at ? `H${x(xs[at] ?? 0)}V` : `M${x(xs[0] ?? 0)} `}${y(value)}`).join("");
  const shown = over === null ? points.length - 1 : over;
  const point = points[shown];
  return (
    <div ref={ref}>
      <p className="mb-1 min-h-5 text-muted" aria-live="off">
        {point ? (
          <>
            {point.generation === null ? "start" : <>generation {point.generation}, {count(point.calls)} calls, {usd(point.usd)}, {duration(point.seconds)}</>}: the leading prompt scores <span className="font-semibold text-accent">{score(point.best, 3)}</span>{words(point) ? `, ${words(point)}` : ""}
          </>
        ) : null}
      </p>
      <div
        onMouseMove={(event) => {
          const at = event.clientX - event.currentTarget.getBoundingClientRect().left;
          let found = 0;
          xs.forEach((value, number) => {
            if (Math.abs(x(value) - at) < Math.abs(x(xs[found] ?? 0) - at)) found = number;
          });
          setOver(found);
        }}
        onMouseLeave={() => setOver(null)}
      >
        <Frame width={width} height={HEIGHT} x={x} y={y} xRange={xRange} yRange={yRange} xLabel={axis === "seconds" ? `running time, ${clock.unit}` : LABEL[axis]} yLabel="score, train" xText={TEXT[axis]} yText={(value) => score(value)} label={`The leading prompt from ${score(points[0]?.best)} to ${score(points.at(-1)?.best)} over ${points.filter((one) => one.generation !== null).length} generations`}>
          {band.some(Boolean) ? <path d={bandPath(band, xs, x, y)} fill="var(--accent)" opacity="0.12" /> : null}
          {seed === null ? null : <line x1={PAD.left} x2={width - PAD.right} y1={y(seed)} y2={y(seed)} stroke="var(--muted)" strokeDasharray="1 3" />}
          {points.map((one) => (one.mean === null ? null : <circle key={one.generation ?? -1} cx={x(along(one))} cy={y(one.mean)} r="2.2" fill="none" stroke="var(--edge)" />))}
          <path d={line(points.map((one) => one.best))} fill="none" stroke="var(--accent)" strokeWidth="2.6" />
          {point ? <line x1={x(along(point))} x2={x(along(point))} y1={PAD.top} y2={HEIGHT - PAD.bottom} stroke="var(--hairline)" /> : null}
          {point ? <circle cx={x(along(point))} cy={y(point.best)} r="4" fill="var(--accent)" /> : null}
        </Frame>
      </div>
      <p className="flex flex-wrap gap-x-5 text-label text-muted">
        <span><span className="text-accent">━</span> the prompt that led, by its own answers</span>
        {band.some(Boolean) ? <span><span className="text-accent opacity-30">■</span> 95 % interval of that</span> : null}
        <span>○ mean of each generation’s candidates</span>
        {seed === null ? null : <span>┈ seed</span>}
      </p>
      <details className="mt-1 text-small">
        <summary className="text-muted">The figures as a table</summary>
        <table className="grid-table mt-1 max-w-3xl">
          <thead><tr><th scope="col" className="num">Generation</th><th scope="col" className="num">Calls</th><th scope="col" className="num">USD</th><th scope="col" className="num">Tokens</th><th scope="col" className="num">Time</th><th scope="col" className="num">Leads</th><th scope="col" className="num">Score</th><th scope="col" className="num">95 % interval</th><th scope="col" className="num">Believed</th><th scope="col" className="num">Mean</th></tr></thead>
          <tbody>{points.map((one) => <tr key={one.generation ?? -1}><td className="num">{one.generation ?? "start"}</td><td className="num">{count(one.calls)}</td><td className="num">{usd(one.usd)}</td><td className="num">{count(one.tokens)}</td><td className="num">{duration(one.seconds)}</td><td className="num font-mono text-small">{one.leader ?? "seed"}</td><td className="num">{score(one.best, 3)}</td><td className="num whitespace-nowrap">{one.low == null ? "–" : `${score(one.low)} to ${score(one.high)}`}</td><td className="num">{score(one.believed, 3)}</td><td className="num">{score(one.mean, 3)}</td></tr>)}</tbody>
        </table>
      </details>
    </div>
  );
}

/** The unit in which a time is a number that one reads at once. */
function clockOf(longest: number): { unit: string; seconds: number } {
  if (longest < 180) return { unit: "seconds", seconds: 1 };
  return longest < 10_800 ? { unit: "minutes", seconds: 60 } : { unit: "hours", seconds: 3600 };
}

interface Band {
  low: number;
  high: number;
}

/** The interval of each step, of the answers that the step itself is the mean of. */
function bandOf(points: FitnessPoint[]): (Band | null)[] {
  return points.map(({ low, high }) => (low == null || high == null ? null : { low, high }));
}

function bandPath(band: (Band | null)[], xs: number[], x: (value: number) => number, y: (value: number) => number): string {
  let path = "";
  for (let at = 0; at < band.length - 1; at++) {
    const here = band[at];
    if (!here) continue;
    const x0 = x(xs[at] ?? 0), x1 = x(xs[at + 1] ?? 0);
    path += `M${x0} ${y(here.low)}H${x1}V${y(here.high)}H${x0}Z`;
  }
  return path;
}
