import type { Evidence } from "@/api/types";
import { linear, ticks } from "@/charts/scale";
import { useWidth } from "@/charts/useWidth";
import { plural, score, signed } from "@/lib/format";

const LEFT = 110;
const RIGHT = 170;

/** Seed, best and their paired difference, each with its interval; the seed alone where that was chosen. */
export function ForestPlot({ evidence, alone = false }: { evidence: Evidence; alone?: boolean }) {
  const { ref, width } = useWidth<HTMLDivElement>(900);
  const narrow = width < 560;
  const left = narrow ? 76 : LEFT, right = narrow ? 96 : RIGHT;
  const x = linear([0, 1], [left, width - right]);
  const bound = Math.max(0.05, Math.abs(evidence.ci_low), Math.abs(evidence.ci_high)) * 1.15;
  const d = linear([-bound, bound], [left, width - right]);
  const row = (name: string, y: number, value: number, low: number, high: number, at: (value: number) => number, colour: string, text: string) => (
    <g>
      <text x={0} y={y + 4} fill={colour}>{name}</text>
      <path d={`M${at(low)} ${y - 5}v10M${at(high)} ${y - 5}v10M${at(low)} ${y}H${at(high)}`} stroke={colour} strokeWidth="1.6" fill="none" />
      <circle cx={at(value)} cy={y} r="5" fill={colour} />
      <text x={width - right + 14} y={y + 4} fill="var(--ink)">{text}</text>
    </g>
  );
  const tone = evidence.improved ? "var(--accent)" : "var(--ink)";
  return (
    <div ref={ref}>
      <svg role="img" width={width} height={alone ? 74 : 206} fontSize={narrow ? 11 : 12} aria-label={alone ? `Seed ${score(evidence.seed_score)} (${score(evidence.seed_ci[0])} to ${score(evidence.seed_ci[1])})` : `Seed ${score(evidence.seed_score)}, best ${score(evidence.best_score)}, difference ${signed(evidence.difference)} (${signed(evidence.ci_low)} to ${signed(evidence.ci_high)})`}>
        {ticks(0, 1, 5).map((value) => (
          <g key={value}><line x1={x(value)} x2={x(value)} y1="10" y2={alone ? 44 : 78} stroke="var(--rule)" /><text x={x(value)} y={alone ? 60 : 94} fontSize="11" textAnchor="middle" fill="var(--muted)">{score(value, 1)}</text></g>
        ))}
        {row("seed", 26, evidence.seed_score, ...evidence.seed_ci, x, "var(--ink)", narrow ? score(evidence.seed_score) : `${score(evidence.seed_score)}  (${score(evidence.seed_ci[0])} to ${score(evidence.seed_ci[1])})`)}
        {alone ? null : (
        <>
        {row("best", 58, evidence.best_score, ...evidence.best_ci, x, tone, narrow ? score(evidence.best_score) : `${score(evidence.best_score)}  (${score(evidence.best_ci[0])} to ${score(evidence.best_ci[1])})`)}
        {ticks(-bound, bound, narrow ? 4 : 8).map((value) => (
          <g key={value}><line x1={d(value)} x2={d(value)} y1="122" y2="170" stroke={value === 0 ? "var(--edge)" : "var(--rule)"} /><text x={d(value)} y="186" fontSize="11" textAnchor="middle" fill="var(--muted)">{value === 0 ? "0" : signed(value)}</text></g>
        ))}
        {row("difference", 146, evidence.difference, evidence.ci_low, evidence.ci_high, d, tone, narrow ? signed(evidence.difference) : `${signed(evidence.difference)}  (${signed(evidence.ci_low)} to ${signed(evidence.ci_high)})`)}
        <text x={width - right} y="204" textAnchor="end" fontSize="11" fill="var(--muted)">paired, on {plural(evidence.n, "test example")}</text>
        </>
        )}
      </svg>
    </div>
  );
}
