import { interval, score } from "@/lib/format";

interface Props {
  value: number | null | undefined;
  low?: number | null;
  high?: number | null;
  /** `figure` for the header of a run, `lead` for a side panel. */
  size?: "body" | "lead" | "figure";
  /** The line of descent's colour: the best prompt. */
  best?: boolean;
}

const SIZES = { body: ["text-body", "text-label"], lead: ["text-[1.375rem] leading-7 font-semibold", "text-body"], figure: ["text-figure font-semibold", "text-[0.875rem]"] };

/** A score with its 95 % interval in smaller, lighter type: `0.62 ± 0.04`, or `0.96 (0.85–0.99)` where it is lopsided. */
export function Score({ value, low, high, size = "body", best }: Props) {
  const [figure, small] = SIZES[size];
  const known = low !== null && low !== undefined && high !== null && high !== undefined;
  return (
    <span className="whitespace-nowrap tabular-nums">
      <span className={`${figure} ${best ? "text-accent" : ""} ${best && size === "body" ? "font-semibold" : ""}`}>{score(value)}</span>
      {known && value !== null && value !== undefined ? (
        <span className={`${small} text-muted`} title={`95 % interval ${score(low, 3)} to ${score(high, 3)}`}>
          {" "}{interval(value, low, high)}
        </span>
      ) : null}
    </span>
  );
}
