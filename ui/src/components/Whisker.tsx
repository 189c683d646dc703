interface Props {
  value: number | null | undefined;
  low: number | null | undefined;
  high: number | null | undefined;
  best?: boolean;
  width?: number;
}

/** A score with its interval as a whisker on the line from 0 to 1. */
export function Whisker({ value, low, high, best, width = 96 }: Props) {
  if (value === null || value === undefined) return null;
  const x = (at: number) => 3 + at * (width - 6);
  const colour = best ? "var(--accent)" : "var(--fill)";
  return (
    <svg width={width} height="12" aria-hidden="true" className="block">
      <line x1="3" x2={width - 3} y1="6" y2="6" stroke="var(--hairline)" />
      {low !== null && low !== undefined && high !== null && high !== undefined ? <path d={`M${x(low)} 3v6M${x(high)} 3v6M${x(low)} 6H${x(high)}`} stroke={colour} fill="none" /> : null}
      <circle cx={x(value)} cy="6" r="2.8" fill={colour} />
    </svg>
  );
}
