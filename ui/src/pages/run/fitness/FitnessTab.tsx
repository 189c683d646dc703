import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { candidatesQuery, curveQuery, generationsQuery, reportQuery, runQuery } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { InlineSelect } from "@/components/InlineSelect";
import { Loading } from "@/components/Loading";
import { pointsOf } from "./points";
import { FitnessChart } from "./FitnessChart";
import { HeadroomNote } from "./HeadroomNote";
import { OperatorTable } from "./OperatorTable";
import { around } from "@/charts/scale";
import { BrushBar } from "./BrushBar";
import { holds, read, written } from "./brush";
import { measureOf, measuresOf, usualAxes } from "./measures";
import { ParallelChart } from "./ParallelChart";
import { ParetoChart } from "./ParetoChart";

const AXES = [["calls", "calls"], ["usd", "US dollars"], ["tokens", "tokens"], ["seconds", "time"], ["generation", "generation"]] as const;

/** How the score rose, what each operator earned, and what was traded for what. */
export function FitnessTab() {
  const { run } = useParams({ from: "/runs/$run/fitness" });
  const { x = "calls", brush: text, up, across, axes: drawn } = useSearch({ from: "/runs/$run/fitness" });
  const navigate = useNavigate({ from: "/runs/$run/fitness" });
  const curve = useQuery(curveQuery(run));
  const generations = useQuery(generationsQuery(run));
  const report = useQuery(reportQuery(run));
  const detail = useQuery(runQuery(run));
  const candidates = useInfiniteQuery(candidatesQuery(run, "", "score", true));
  if (curve.isPending) return <Loading what="Reading the generations" />;
  if (curve.error) return <div className="p-6"><ErrorNote error={curve.error} retry={() => void curve.refetch()} /></div>;
  const points = pointsOf(curve.data, generations.data?.items ?? []);
  const nodes = candidates.data?.pages.flatMap((page) => page.items) ?? [];
  const leading = detail.data?.progress?.best;
  const best = report.data?.best?.candidate ?? (leading == null ? null : `c${leading}`);
  const measures = measuresOf(nodes);
  const usual = usualAxes(nodes, measures);
  const axes = { up: up && measures.has(up) ? up : usual.up, across: across && measures.has(across) ? across : usual.across };
  const brush = read(text, measures);
  const setBrush = (next: typeof brush) => void navigate({ search: (before) => ({ ...before, brush: written(next) }), replace: true });
  return (
    <div className="flex flex-col gap-8 px-4 py-5 sm:px-6">
      <section>
        <div className="mb-2 flex flex-wrap items-center gap-4">
          <h2 className="plate mr-auto">Fitness on train examples</h2>
          <InlineSelect label="Across" value={x} options={AXES} onChange={(x) => void navigate({ search: (before) => ({ ...before, x }) })} />
        </div>
        {points.length ? (
          <FitnessChart points={points} x={x} seed={curve.data.seed} />
        ) : (
          <EmptyState title="No generation has closed yet">The line begins when the first one does.</EmptyState>
        )}
        <p className="mt-1 max-w-3xl text-muted">Train scores lead the search and flatter what it found. They are never drawn together with validation or test scores: what a gain is worth stands under Evidence.</p>
        {report.data?.task_models?.length ? <p className="mt-1 max-w-3xl border-l-4 border-hairline pl-3 text-muted">Several task models answered: {report.data.task_models.join(", then ")}. Where one takes over, the line goes on with its scores, so a step there may be the model’s.</p> : null}
      </section>
      {report.data?.headroom ? <HeadroomNote headroom={report.data.headroom} /> : null}
      {report.data?.operators?.length ? <OperatorTable operators={report.data.operators} shown={report.data.gain_shown} run={run} /> : null}
      {nodes.length > 2 ? (
        <>
          <BrushBar run={run} measures={measures} brush={brush} picked={nodes.filter((node) => holds(brush, measures, node)).length} all={nodes.length} onChange={setBrush} whole={(name) => around(nodes.flatMap((node) => measureOf(measures, name).of(node) ?? []), measureOf(measures, name).bounds, measureOf(measures, name).least)} />
          <ParetoChart nodes={nodes} measures={measures} axes={axes} onAxes={(axes) => void navigate({ search: (before) => ({ ...before, ...axes }), replace: true })} run={run} best={best} brush={brush} onBrush={setBrush} />
          <ParallelChart nodes={nodes} measures={measures} chosen={drawn?.split(",")} onChoose={(names) => void navigate({ search: (before) => ({ ...before, axes: names?.join(",") }), replace: true })} run={run} best={best} brush={brush} onBrush={setBrush} />
          {candidates.hasNextPage ? <p className="text-muted">The {nodes.length} best candidates are drawn. <button type="button" className="link" onClick={() => void candidates.fetchNextPage()}>Draw more</button></p> : null}
        </>
      ) : null}
    </div>
  );
}
