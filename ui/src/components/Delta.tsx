import { signed } from "@/lib/format";

interface Props {
  value: number | null | undefined;
  low?: number;
  high?: number;
  note?: string;
}

/** A difference: gained and lost differ in sign, place and colour. Grey where the interval holds zero. */
export function Delta({ value, low, high, note }: Props) {
  const open = low !== undefined && high !== undefined && low <= 0 && high >= 0;
  const tone = value === null || value === undefined || open || value === 0 ? "text-muted" : value > 0 ? "text-accent" : "text-lost";
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span className={`font-semibold ${tone}`}>{signed(value)}</span>
      {low !== undefined && high !== undefined ? <span className="text-muted"> {signed(low)} to {signed(high)}</span> : null}
      {note ? <span className="text-muted"> {note}</span> : null}
    </span>
  );
}
