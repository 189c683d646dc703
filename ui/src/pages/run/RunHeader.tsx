import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { diffQuery, reportQuery } from "@/api/queries";
import { shareOf } from "@/api/share";
import type { RunDetail } from "@/api/types";
import { OriginLink } from "@/components/OriginLink";
import { Badge } from "@/components/Badge";
import { RunState } from "@/components/RunState";
import { Score } from "@/components/Score";
import { count, plural, pValue, signed } from "@/lib/format";
import { BudgetGauges } from "./BudgetGauges";
import { RunActions } from "./RunActions";
import { figuresOf, restsOn, type Figure } from "@/lib/figures";

const WHY: Record<string, string> = { search: "searching", finished: "finished" };

/** What matters of a run at a glance: best against seed, with intervals, and what it may still spend. */
export function RunHeader({ detail }: { detail: RunDetail }) {
  const { run, progress } = detail;
  const { data: report } = useQuery(reportQuery(run.run));
  const evidence = report?.evidence;
  const rests = run.mode === "optimize" && report !== undefined && !evidence && run.status !== "running" && run.candidates > 0;
  const pair = useQuery({ ...diffQuery(run.run, "best", "seed"), enabled: rests });
  const { seed, best, split, paired } = figuresOf({ run, progress, evidence });
  const apart = paired ? undefined : pair.data?.scores.find((one) => one.split === split);
  const shared = paired && best.examples !== undefined ? `on ${plural(best.examples, split === "all" ? "example" : `${split} example`)} that both met` : split === "all" ? "all examples" : split;
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
          <h1 className="inline font-semibold text-ink" title={run.description || undefined}>{run.description || run.run}</h1>
        </nav>
        <span className="font-mono text-small text-muted">{run.run}</span>
        {run.simulated ? <Badge title="No figure here says anything about a real model">simulated model</Badge> : null}
        {run.branch_of && !shareOf(run.run) ? <span className="whitespace-nowrap text-muted">branch of <OriginLink run={run} /></span> : null}
        <div className="ml-auto flex shrink-0 flex-wrap items-center gap-3 max-lg:shrink">
          <span aria-live="polite"><RunState status={run.status} deleted={run.deleted} note={live ? [progress.phase, progress.rate > 0 ? `${progress.rate.toFixed(progress.rate < 10 ? 1 : 0)}/s` : null].filter(Boolean).join(", ") : WHY[run.detail]} /></span>
          <RunActions detail={detail} />
        </div>
      </div>
      <div className="mt-2 flex flex-wrap items-start gap-x-6 gap-y-2">
        <div className="min-w-0 lg:max-w-[calc(100%-20.5rem)]">
        {run.mode === "optimize" ? (
          <dl className="flex flex-wrap gap-x-6 gap-y-2">
            <div><dt className="label">Best</dt><dd><span title={restsOn(best, split)}><Score size="figure" best value={best.value} low={best.low} high={best.high} /></span><On figure={best} /></dd></div>
            <div><dt className="label">Seed</dt><dd><span title={restsOn(seed, split)}><Score size="figure" value={seed.value} low={seed.low} high={seed.high} /></span><On figure={seed} /></dd></div>
            <div>
              <dt className="label">Difference</dt>
              <dd>
                {evidence && same ? (
                  <span className="text-figure font-semibold text-muted" title="The seed prompt itself was chosen">–</span>
                ) : evidence ? (
                  <>
                    <span className={`text-figure font-semibold ${evidence.improved ? "" : "text-muted"}`}>{signed(evidence.difference)}</span>{" "}
                    <span className="text-[0.875rem] text-muted"><Interval low={evidence.ci_low} high={evidence.ci_high} />, {pValue(evidence.p_value)}, {split}{report.task_models?.length && evidence.model ? `, by ${evidence.model}` : ""}</span>
                  </>
                ) : rests && paired && run.worth ? (
                  <>
                    <span className="text-figure font-semibold text-muted">–</span>{" "}
                    <span className="text-[0.875rem] text-muted">the seed leads so far, not yet tested</span>
                  </>
                ) : paired ? (
                  <>
                    <span className="text-figure font-semibold">{best.value != null && seed.value != null ? signed(best.value - seed.value) : "–"}</span>{" "}
                    <span className="text-[0.875rem] text-muted">{shared}, not yet tested</span>
                  </>
                ) : (
                  <>
                    <span className="text-figure font-semibold text-muted">{signed(apart?.difference)}</span>{" "}
                    <span className="text-[0.875rem] text-muted">{apart ? <><Interval low={apart.ci_low} high={apart.ci_high} />, on {plural(apart.examples, `${split} example`)} that both met, </> : pair.data?.not_paired ? <span title={pair.data.not_paired}>of different models, not paired, </span> : null}not yet tested</span>
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
          run.mode !== "optimize" ? null : live ? `generation ${progress.generation}` : run.generation ? plural(run.generation, "generation") : null,
          progress ? `${count(progress.accepted)} evaluated, ${count(progress.rejected)} turned away` : plural(run.candidates, "candidate"),
          `${count(spent.cache_hits)} from cache`,
          progress?.failed ? `${count(progress.failed)} failed` : null,
          live && progress.waiting ? progress.waiting : null,
        ].filter(Boolean).join(" · ")}
        {run.status !== "running" && run.status !== "finished" && run.detail ? <span className={run.status === "failed" ? "text-lost" : ""}> · {run.detail}</span> : null}
        {evidence && !evidence.improved ? <span className="text-lost"> · {same ? "the seed prompt was kept" : "no improvement shown"}</span> : null}
      </p>
        </div>
        <BudgetGauges spent={spent} budget={progress?.budget ?? run.budget ?? null} run={detail} />
      </div>
    </header>
  );
}

/** How many examples a score rests on, in the type of its interval. */
function On({ figure }: { figure: Figure }) {
  return figure.examples === undefined ? null : <span className="text-[0.875rem] text-muted"> n {count(figure.examples)}</span>;
}

function Interval({ low, high }: { low: number; high: number }) {
  return <>{signed(low)} to {signed(high)}</>;
}
