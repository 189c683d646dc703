import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { matrixQuery, reportQuery, runQuery } from "@/api/queries";
import type { Split } from "@/api/types";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { InlineSelect } from "@/components/InlineSelect";
import { Loading } from "@/components/Loading";
import { count, plural, score } from "@/lib/format";
import { cividis } from "@/lineage/colours";
import { useOverlay, WITHIN, type How } from "@/lib/overlay";
import { useShownTheme } from "@/lib/theme";
import { flipped } from "./flipped";
import { HeatMap } from "./HeatMap";
import { ordered } from "./ordered";
import { TrialDialog } from "./TrialDialog";

const SPLITS = [["train", "train"], ["validation", "validation"], ["test", "test"]] as const;
const ORDERS = [["difficulty", "hardest first"], ["discrimination", "most telling first"], ["id", "as in the data"]] as const;

/** Candidates by examples: where the score comes from, down to the single answer. */
export function ExamplesTab() {
  const { run } = useParams({ from: "/runs/$run/examples" });
  const search = useSearch({ from: "/runs/$run/examples" });
  const navigate = useNavigate({ from: "/runs/$run/examples" });
  const theme = useShownTheme();
  const detail = useQuery(runQuery(run));
  const report = useQuery(reportQuery(run));
  const split: Split = search.split ?? (detail.data?.run.mode === "evaluate" ? "test" : "train");
  const order = search.order ?? "difficulty";
  const matrix = useQuery(matrixQuery(run, split));
  const whole = useMemo(() => (matrix.data ? ordered(matrix.data, order) : null), [matrix.data, order]);
  const leading = detail.data?.progress?.best;
  const best = report.data?.best?.candidate ?? (leading == null ? null : `c${leading}`);
  const to = best && whole?.candidates.includes(best) ? best : whole?.candidates[0];
  const flips = useMemo(() => (whole && search.flips && to ? flipped(whole, search.flips, to) : null), [whole, search.flips, to]);
  const view = search.flips ? flips : whole;
  // the surest ones are enough to choose from; the seed is always there
  const others = ["c0", ...(whole?.candidates.slice(0, 40).filter((name) => name !== "c0") ?? []), ...(search.flips ? [search.flips] : [])].filter((name, at, all) => name !== to && all.indexOf(name) === at);
  const set = (change: Partial<typeof search>, how: How = WITHIN) => void navigate({ search: (before) => ({ ...before, ...change }), ...how });
  const answer = useOverlay(search.cell !== undefined, search, set);
  const [candidate, example] = search.cell?.split(":") ?? [];
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 px-4 py-4 sm:px-6">
      <div className="flex flex-wrap items-center gap-4">
        <h2 className="plate mr-auto">Candidates by examples</h2>
        <InlineSelect label="Split" value={split} options={SPLITS} onChange={(split) => set({ split })} />
        <InlineSelect label="Flipped" value={search.flips ?? ""} options={[["", "all examples"], ...others.map((name) => [name, `from ${name === "c0" ? "the seed" : name} to ${to === best ? "the best" : to ?? "the first"}`] as const)]} onChange={(flips) => set({ flips: flips || undefined })} />
        <InlineSelect label="Examples" value={order} options={ORDERS} onChange={(order) => set({ order })} />
      </div>
      {matrix.isPending ? <Loading what="Reading the scores" /> : null}
      {matrix.error ? <ErrorNote error={matrix.error} retry={() => void matrix.refetch()} /> : null}
      {whole && search.flips && !flips ? <EmptyState title={`${search.flips} has answered no ${split} example`}>Choose another candidate to see what flipped.</EmptyState> : null}
      {flips && whole?.examples.length && !flips.examples.length ? <EmptyState title="No example flipped">{search.flips === to ? `${to} is the best itself.` : `On all ${count(flips.both)} ${split} examples that both met, ${to} scores as ${search.flips} does.`}</EmptyState> : null}
      {whole && (whole.candidates.length === 0 || whole.examples.length === 0) ? <EmptyState title={`No ${split} example has been answered yet`}>{split === "train" ? null : "The search never sees them; they are met at its end."}</EmptyState> : null}
      {view && view.candidates.length && view.examples.length ? (
        <>
          <p className="flex flex-wrap items-center gap-x-4 text-muted">
            {flips ? <span><b className="text-accent">{count(flips.won)} won</b> and <b className="text-lost">{count(flips.lost)} lost</b> from <span className="font-mono text-small">{search.flips}</span> to <span className="font-mono text-small">{to}</span>, of {plural(flips.both, "example")} that both met</span> : null}
            <span>{plural(view.candidates.length, "candidate")} × {plural(view.examples.length, "example")}, {count(view.answered)} answered cells</span>
            <span className="inline-flex items-center gap-1.5">0 <svg width="80" height="8" aria-hidden="true">{Array.from({ length: 40 }, (_, at) => <rect key={at} x={at * 2} width="2.2" height="8" fill={cividis(at / 39, theme)} />)}</svg> 1</span>
            <span>empty: not asked</span>
          </p>
          <HeatMap view={view} change={flips?.change} best={best} onOpen={(candidate, example) => answer.show({ cell: `${candidate}:${example}` })} />
          <details className="text-small">
            <summary className="text-muted">The hardest examples as a table</summary>
            <table className="grid-table mt-1 max-w-xl">
              <thead><tr><th scope="col">Example</th><th scope="col" className="num">Mean over candidates</th><th scope="col" className="num">Answers</th></tr></thead>
              <tbody>
                {view.stats.slice(0, 50).map((one) => <tr key={one.example}><td><button type="button" className="link font-mono text-small" onClick={() => answer.show({ cell: `${best ?? view.candidates[0]}:${one.example}` })}>e{one.example}</button></td><td className="num">{score(one.mean)}</td><td className="num">{one.n}</td></tr>)}
              </tbody>
            </table>
          </details>
        </>
      ) : null}
      {candidate && example !== undefined ? <TrialDialog run={run} candidate={candidate} example={Number(example)} split={split} onClose={() => answer.close({ cell: undefined })} /> : null}
    </div>
  );
}
