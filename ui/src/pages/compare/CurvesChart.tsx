import type { Side } from "@/api/types";
import { Frame, PAD } from "@/charts/Frame";
import { Score } from "@/components/Score";
import { around, linear } from "@/charts/scale";
import { useWidth } from "@/charts/useWidth";
import { count, plural, score, usd } from "@/lib/format";
import { useShownTheme } from "@/lib/theme";
import { equalBudget, shownAt, type Step } from "./equalBudget";
import { hue, STROKES } from "./hues";

const HEIGHT = 300;

/** The best so far of each run, by its own answers, over what it had spent, and all of them where the one that spent least ends. */
export function CurvesChart({ sides, x: axis }: { sides: Side[]; x: "calls" | "usd" }) {
  const { ref, width } = useWidth<HTMLDivElement>();
  useShownTheme();
  const points = sides.flatMap((side) => side.curve);
  if (!points.length) return <p className="text-muted">No generation has closed yet in any of them.</p>;
  const xRange: [number, number] = [0, Math.max(...points.map((point) => point[axis]), 1e-9)];
  const yRange = around(points.map(shownAt), [0, 1], 0.1);
  const x = linear(xRange, [PAD.left, width - PAD.right]);
  const y = linear(yRange, [HEIGHT - PAD.bottom, PAD.top]);
  const text = axis === "calls" ? count : usd;
  const equal = equalBudget(sides, axis);
  const ends = labelled(sides.map((side) => side.curve.at(-1)).map((last) => (last ? { x: x(last[axis]), y: y(shownAt(last)) - 6 } : null)));
  return (
    <div ref={ref}>
      <Frame width={width} height={HEIGHT} x={x} y={y} xRange={xRange} yRange={yRange} xLabel={axis === "calls" ? "answered calls" : "US dollars"} yLabel="best, train" xText={text} yText={(value) => score(value)} label={`Best so far of ${sides.length} runs`}>
        {equal ? (
          <g>
            <line x1={x(equal.at)} x2={x(equal.at)} y1={PAD.top} y2={HEIGHT - PAD.bottom} stroke="var(--ink)" strokeDasharray="2 3" />
            <text x={x(equal.at) + (x(equal.at) > width - 90 ? -5 : 5)} y={HEIGHT - PAD.bottom - 6} fontSize="10" textAnchor={x(equal.at) > width - 90 ? "end" : "start"} fill="var(--ink)">equal budget</text>
          </g>
        ) : null}
        {sides.map((side, at) => {
          const end = ends[at];
          return (
            <g key={side.run}>
              <path d={side.curve.map((point, number) => `${number ? `H${x(point[axis])}V` : `M${x(point[axis])} `}${y(shownAt(point))}`).join("")} fill="none" stroke={hue(at)} strokeWidth="2.2" strokeDasharray={STROKES[at % STROKES.length]} />
              {/* beside the line of the equal budget, not on it; ids are no words, whose letters join. Where there is no room the lines below tell which is which */}
              {end && width > 520 ? <text x={end.x > width - 160 ? Math.min(end.x, width - PAD.right) : end.x + 5} y={end.y} fontSize="10" className="font-mono" textAnchor={end.x > width - 160 ? "end" : "start"} fill="var(--muted)">{side.run}</text> : null}
            </g>
          );
        })}
      </Frame>
      {equal ? (
        <p className="mt-1 flex flex-wrap gap-x-5 gap-y-1">
          <span>Once each had spent {axis === "calls" ? `${count(equal.at)} answered calls` : usd(equal.at)}, as much as the one that spent least:</span>
          {sides.map((side, at) => (
            <span key={side.run} className="inline-flex items-center gap-1.5">
              <svg width="22" height="8" aria-hidden="true"><line x1="0" x2="22" y1="4" y2="4" stroke={hue(at)} strokeWidth="2.4" strokeDasharray={STROKES[at % STROKES.length]} /></svg>
              <span className="font-mono text-small">{side.run}</span> <AtEqual step={equal.steps[at] ?? null} />
            </span>
          ))}
        </p>
      ) : null}
    </div>
  );
}

/** How a run stood: the mean of its best candidate's own answers, with its interval and the number of train examples. */
function AtEqual({ step }: { step: Step | null }) {
  const own = step?.own;
  const rests = own ? `c${step.candidate} leads: the mean of its own answers with its 95 % interval, on ${plural(own.examples, "train example")}; the search believed ${score(step.best)} of it` : undefined;
  return (
    <span title={rests}>
      <Score value={step ? shownAt(step) : null} low={own?.low} high={own?.high} />
      {own ? <span className="text-small text-muted"> n {count(own.examples)}</span> : null}
    </span>
  );
}

/** Labels at the ends of curves, none over another: those that would lie on one before move down. */
function labelled(places: ({ x: number; y: number } | null)[]): typeof places {
  const taken: { x: number; y: number }[] = [];
  return places.map((place) => {
    if (!place) return null;
    const free = { ...place };
    while (taken.some((other) => Math.abs(other.x - free.x) < 70 && Math.abs(other.y - free.y) < 11)) free.y += 11;
    taken.push(free);
    return free;
  });
}
