import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { reportQuery, specQuery } from "@/api/queries";
import { shareOf } from "@/api/share";
import type { RunDetail } from "@/api/types";
import { Badge } from "@/components/Badge";
import { RunState } from "@/components/RunState";
import { Score } from "@/components/Score";
import { count, plural, pValue, signed } from "@/lib/format";
import { BudgetGauges } from "./BudgetGauges";
import { RunActions } from "./RunActions";
import { wilson } from "@/lib/wilson";

const SPLIT_OF = { evaluating: "all examples", searching: "train", choosing: "validation", proving: "test", finished: "test" } as const;
const WHY: Record<string, string> = { search: "searching", finished: "finished" };

/** What matters of a run at a glance: best against seed, with intervals, and what it may still spend. */
export function RunHeader({ detail }: { detail: RunDetail }) {
  const { run, progress } = detail;
  const { data: report } = useQuery(reportQuery(run.run));
  // a run that does not go on reports no progress; its limits are those of its settings
  const { data: spec } = useQuery({ ...specQuery(run.run), enabled: !progress && !shareOf(run.run) });
  const evidence = report?.evidence;
  const phase = progress?.phase ?? (run.status === "finished" ? "finished" : "searching");
  const bestScore = evidence?.best_score ?? progress?.best_score ?? run.best_score;
  const seedScore = evidence?.seed_score ?? progress?.seed_score ?? run.seed_score;
  const bestCi = evidence?.best_ci ?? (progress?.best_score != null && progress.best_examples > 0 ? wilson(progress.best_score, progress.best_examples) : undefined);
  // while there is no evidence, both are scored on the examples that both met
  const seedCi = evidence?.seed_ci ?? (progress?.seed_score != null && progress.best_examples > 0 ? wilson(progress.seed_score, progress.best_examples) : undefined);
  const split = evidence ? "test" : SPLIT_OF[phase];
  const spent = report && run.status !== "running" ? report.spent : (progress?.spent ?? run.spent);
  const live = run.status === "running" && progress;
  const same = report?.best?.candidate === "c0";
  return (
    <header className="px-4 pt-3 pb-2 sm:px-6">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2 lg:flex-nowrap">
        <nav aria-label="Where this is" className="min-w-0 text-muted lg:truncate">
          {shareOf(run.run) ? null : (
            <>
              <Link to="/w/$ws" params={{ ws: detail.workspace }} search={{ filter: undefined, order: undefined }} className="hover:text-ink">{detail.workspace}</Link>
              <span aria-hidden="true"> / </span>
            </>
          )}
          <h1 className="inline font-semibold text-ink">{run.description || run.run}</h1>
        </nav>
        <span className="font-mono text-small text-muted">{run.run}</span>
        {run.simulated ? <Badge title="No figure here says anything about a real model">simulated model</Badge> : null}
        {run.branch_of && !shareOf(run.run) ? <span className="text-muted">branch of <Link to="/runs/$run" params={{ run: run.branch_of }} className="link font-mono text-small">{run.branch_of}</Link></span> : null}
        <div className="ml-auto flex shrink-0 flex-wrap items-center gap-3 max-lg:shrink">
          <span aria-live="polite"><RunState status={run.status} deleted={run.deleted} note={live ? [progress.phase, progress.rate > 0 ? `${progress.rate.toFixed(progress.rate < 10 ? 1 : 0)}/s` : null].filter(Boolean).join(", ") : WHY[run.detail]} /></span>
          <RunActions detail={detail} />
        </div>
      </div>
      <div className="mt-2 flex flex-wrap items-start gap-x-10 gap-y-2">
        <div className="min-w-0">
        {run.mode === "optimize" ? (
          <dl className="flex flex-wrap gap-x-8 gap-y-2">
            <div><dt className="label">Best</dt><dd><Score size="figure" best value={bestScore} low={bestCi?.[0]} high={bestCi?.[1]} /></dd></div>
            <div><dt className="label">Seed</dt><dd><Score size="figure" value={seedScore} low={seedCi?.[0]} high={seedCi?.[1]} /></dd></div>
            <div>
              <dt className="label">Difference</dt>
              <dd>
                {evidence && same ? (
                  <span className="text-figure font-semibold text-muted" title="The seed prompt itself was chosen">–</span>
                ) : evidence ? (
                  <>
                    <span className={`text-figure font-semibold ${evidence.improved ? "" : "text-muted"}`}>{signed(evidence.difference)}</span>{" "}
                    <span className="text-[0.875rem] text-muted"><Interval low={evidence.ci_low} high={evidence.ci_high} />, {pValue(evidence.p_value)}, {split}</span>
                  </>
                ) : (
                  <>
                    <span className="text-figure font-semibold">{bestScore != null && seedScore != null ? signed(bestScore - seedScore) : "–"}</span>{" "}
                    <span className="text-[0.875rem] text-muted">{split}, not yet tested</span>
                  </>
                )}
              </dd>
            </div>
          </dl>
        ) : (
          <p className="text-muted">Evaluation of {plural(run.candidates, "prompt")}; the table of candidates holds the scores.</p>
        )}
      <p className="mt-1 text-muted">
        {[
          run.strategy,
          run.model,
          live ? `generation ${progress.generation}` : null,
          progress ? `${count(progress.accepted)} evaluated, ${count(progress.rejected)} turned away` : plural(run.candidates, "candidate"),
          `${count(spent.cache_hits)} from cache`,
          progress?.failed ? `${count(progress.failed)} failed` : null,
          live && progress.waiting ? progress.waiting : null,
        ].filter(Boolean).join(" · ")}
        {run.status !== "running" && run.status !== "finished" && run.detail ? <span className={run.status === "failed" ? "text-lost" : ""}> · {run.detail}</span> : null}
        {evidence && !evidence.improved ? <span className="text-lost"> · {same ? "the seed prompt was kept" : "no improvement shown"}</span> : null}
      </p>
        </div>
        <BudgetGauges spent={spent} budget={progress?.budget ?? spec?.optimize.budget ?? null} run={detail} />
      </div>
    </header>
  );
}

function Interval({ low, high }: { low: number; high: number }) {
  return <>{signed(low)} to {signed(high)}</>;
}
