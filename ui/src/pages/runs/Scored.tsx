import type { Figure } from "@/lib/figures";
import { score } from "@/lib/format";

/** A score of a table with its 95 % interval, or how many examples it rests on, below it in smaller type. */
export function Scored({ figure: { value, low, high, examples }, best, note }: { figure: Figure; best?: boolean; note?: string }) {
  const below = value === null ? null : low !== undefined && high !== undefined ? `${score(low)}–${score(high)}` : examples !== undefined ? `n ${examples}` : null;
  return (
    <>
      <span className={best ? "font-semibold text-accent" : ""}>{score(value)}</span>
      {below || note ? <span className="block text-label whitespace-nowrap text-muted">{[below, note].filter(Boolean).join(", ")}</span> : null}
    </>
  );
}
