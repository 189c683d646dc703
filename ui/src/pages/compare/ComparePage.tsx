import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { compareQuery } from "@/api/queries";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { InlineSelect } from "@/components/InlineSelect";
import { Loading } from "@/components/Loading";
import { BestDiff } from "./BestDiff";
import { CandidatesOfRuns } from "./CandidatesOfRuns";
import { CurvesChart } from "./CurvesChart";
import { differences } from "./differences";
import { PairsTable } from "./PairsTable";
import { SidesTable } from "./SidesTable";

/** Runs side by side: what differs in how they were made, how they rose, and whether one is shown to be better. */
export function ComparePage() {
  const { ws } = useParams({ from: "/w/$ws/compare" });
  const search = useSearch({ from: "/w/$ws/compare" });
  const { runs: text, x = "calls" } = search;
  const navigate = useNavigate({ from: "/w/$ws/compare" });
  const runs = text?.split(",").filter(Boolean) ?? [];
  const found = useQuery(compareQuery(ws, runs));
  if (runs.length < 2) return <EmptyState title="Choose two runs or more" actions={<Link className="link" to="/w/$ws" params={{ ws }}>to the runs</Link>}>Tick them in the table of runs, then press Compare.</EmptyState>;
  if (found.isPending) return <Loading what="Reading the runs" />;
  if (found.error) return <div className="p-6"><ErrorNote error={found.error} retry={() => void found.refetch()} /></div>;
  const { runs: sides, pairs, not_paired } = found.data;
  const warnings = differences(sides);
  return (
    <div className="flex flex-col gap-8 px-4 py-5 sm:px-6">
      <h1 className="plate">Comparison of {sides.length} runs</h1>
      {warnings.length ? <ul aria-label="What to know before comparing" className="-mt-5 flex flex-col gap-1">{warnings.map(({ text, grave }) => <li key={text} className={grave ? "border-l-4 border-lost bg-lost-soft py-1.5 pr-3 pl-3 font-medium" : "border-l-4 border-hairline pl-3 text-muted"}>{text}</li>)}</ul> : null}
      <SidesTable sides={sides} />
      <section>
        <div className="mb-1 flex flex-wrap items-center gap-4"><h2 className="plate mr-auto">Best so far on train, on equal budget</h2><InlineSelect label="Across" value={x} options={[["calls", "calls"], ["usd", "US dollars"]]} onChange={(x) => void navigate({ search: (before) => ({ ...before, x }) })} /></div>
        <CurvesChart sides={sides} x={x} />
      </section>
      <PairsTable pairs={pairs} refused={not_paired} />
      <CandidatesOfRuns runs={sides.map((side) => side.run)} chosen={search.candidates?.split(",").filter(Boolean) ?? []} onChoose={(chosen) => void navigate({ search: (before) => ({ ...before, candidates: chosen.join(",") || undefined }), replace: true })} />
      {sides.length === 2 && sides[0] && sides[1] ? <BestDiff a={sides[0].run} b={sides[1].run} /> : null}
    </div>
  );
}
