import type { Budget, RunSummary, Spent } from "@/api/types";
import { count, duration, usd } from "@/lib/format";

/** What was spent of what may be: the limit that is nearest, as a bar, in figures and in words. */
export function Spending({ run }: { run: RunSummary }) {
  const spent = run.progress?.spent ?? run.spent;
  const limit = nearest(spent, run.progress?.budget ?? run.budget ?? null);
  return (
    <span title={limit ? `${limit.words} of its limit is spent` : undefined}>
      {usd(spent.usd)}<span className="text-muted">, {count(spent.calls)} calls</span>
      {limit ? (
        <span className="flex items-center gap-1.5 text-small text-muted">
          <svg width="56" height="5" aria-hidden="true"><rect width="56" height="5" fill="var(--track)" /><rect width={56 * Math.min(1, limit.share)} height="5" fill={limit.share >= 1 ? "var(--lost)" : "var(--accent)"} /></svg>
          {limit.words}
        </span>
      ) : null}
    </span>
  );
}

/** The limit of which the largest share is spent. */
export function nearest(spent: Spent, budget: Budget | null): { share: number; words: string } | null {
  if (!budget) return null;
  const all: [number, number | null | undefined, (value: number) => string][] = [
    [spent.usd, budget.usd, (value) => `of ${usd(value)}`],
    [spent.calls, budget.calls, (value) => `of ${count(value)} calls`],
    [spent.tokens_in + spent.tokens_out, budget.tokens, (value) => `of ${count(value)} tokens`],
    [spent.seconds / 60, budget.minutes, (value) => `of ${duration(value * 60)}`],
  ];
  const shares = all.flatMap(([used, most, words]) => (most ? [{ share: used / most, words: `${Math.round((100 * used) / most)} % ${words(most)}` }] : []));
  return shares.sort((a, b) => b.share - a.share)[0] ?? null;
}
