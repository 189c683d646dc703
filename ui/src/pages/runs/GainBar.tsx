import { signed } from "@/lib/format";

interface Props {
  seed: number | null | undefined;
  best: number | null | undefined;
  /** The difference on the examples that both met, where the two figures rest on different ones. */
  gain?: number | null;
  improved: boolean | null;
}

/** Seed and best on the line from 0 to 1: where the run began and how far it came. */
export function GainBar({ seed, best, gain, improved }: Props) {
  if (seed === null || seed === undefined || best === null || best === undefined) return <span className="text-muted">–</span>;
  const x = (value: number) => 4 + value * 56;
  const by = signed(gain === undefined ? best - seed : gain);
  const apart = gain === undefined ? "" : " on the examples that both met";
  const words = improved === true ? "shown on the test split" : improved === false ? "not shown on the test split" : "not yet tested";
  return (
    <span className="flex items-center gap-2 whitespace-nowrap" title={`${by}${apart}, ${words}`}>
      <svg width="64" height="14" aria-hidden="true" className="shrink-0">
        <line x1="4" x2="60" y1="7" y2="7" stroke="var(--hairline)" />
        <line x1={x(seed)} x2={x(best)} y1="7" y2="7" stroke={best >= seed ? "var(--accent)" : "var(--lost)"} strokeWidth="3" />
        <path d={`M${x(seed)} 3.5l3.5 3.5-3.5 3.5-3.5-3.5z`} fill="var(--paper)" stroke="var(--muted)" strokeWidth="1.2" />
        <circle cx={x(best)} cy="7" r="3.5" fill={best >= seed ? "var(--accent)" : "var(--lost)"} />
      </svg>
      <span className={improved === true ? "text-accent" : "text-muted"}>{by}</span>
      <span className="sr-only">{words}</span>
      {improved === true ? <span aria-hidden="true" className="text-accent">✓</span> : null}
    </span>
  );
}
