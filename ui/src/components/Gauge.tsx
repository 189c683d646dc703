interface Props {
  label: string;
  spent: number;
  limit: number | null | undefined;
  text: string;
}

/** One limit of a budget: a bar that turns to the warning colour in its last tenth. */
export function Gauge({ label, spent, limit, text }: Props) {
  const limited = limit !== null && limit !== undefined;
  const share = limit ? Math.min(1, spent / limit) : limited ? 1 : 0;
  return (
    <div className="flex items-center gap-2 text-label leading-[15px] tabular-nums">
      <span className="w-9 text-muted">{label}</span>
      {limited ? (
        <span role="meter" aria-label={`${label} spent`} aria-valuemin={0} aria-valuemax={limit} aria-valuenow={Math.min(spent, limit)} aria-valuetext={text} className="h-1.5 w-28 bg-track">
          <span className={`block h-full ${share >= 0.9 ? "bg-lost" : "bg-fill"}`} style={{ width: `${share * 100}%` }} />
        </span>
      ) : null}
      <span className="whitespace-nowrap">{text}</span>
    </div>
  );
}
