import type { Budget, RunDetail, Spent } from "@/api/types";
import { Gauge } from "@/components/Gauge";
import { count, duration, usd } from "@/lib/format";

/** What was spent of each limit, and on whom. */
export function BudgetGauges({ spent, budget, run }: { spent: Spent; budget: Budget | null; run: RunDetail }) {
  const minutes = spent.seconds / 60;
  const tokens = spent.tokens_in + spent.tokens_out;
  const eta = run.run.status === "running" && budget ? left(spent, budget) : null;
  return (
    <section aria-label="Budget" className="min-w-64">
      <h2 className="label mb-0.5">Budget</h2>
      <Gauge label="calls" spent={spent.calls} limit={budget?.calls} text={budget?.calls != null ? `${count(spent.calls)} of ${count(budget.calls)}` : count(spent.calls)} />
      <Gauge label="USD" spent={spent.usd} limit={budget?.usd} text={budget?.usd != null ? `${usd(spent.usd)} of ${usd(budget.usd)}` : usd(spent.usd)} />
      <Gauge label="time" spent={minutes} limit={budget?.minutes} text={budget?.minutes != null ? `${duration(spent.seconds)} of ${duration(budget.minutes * 60)}` : duration(spent.seconds)} />
      {budget?.tokens != null ? <Gauge label="tokens" spent={tokens} limit={budget.tokens} text={`${count(tokens)} of ${count(budget.tokens)}`} /> : null}
      <p className="mt-0.5 text-label text-muted">
        {[["task", spent.task_calls], ["reflection", spent.reflection_calls], ["judge", spent.judge_calls]].filter(([, n]) => n).map(([role, n]) => `${role} ${count(n as number)}`).join(", ")}
        {spent.unpriced_calls ? `, ${count(spent.unpriced_calls)} of unknown price` : ""}
        {eta ? `, at most ${duration(eta)} left` : ""}
      </p>
    </section>
  );
}

/** Seconds until the first limit is reached at the pace so far. */
function left(spent: Spent, budget: Budget): number | null {
  const pairs: [number, number | null | undefined][] = [[spent.calls, budget.calls], [spent.usd, budget.usd], [spent.seconds / 60, budget.minutes], [spent.tokens_in + spent.tokens_out, budget.tokens]];
  const times = pairs.flatMap(([used, limit]) => (limit && used > 0 ? [(spent.seconds * Math.max(0, limit - used)) / used] : []));
  return times.length && spent.seconds > 2 ? Math.min(...times) : null;
}
