import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { runsQuery, snapshotsQuery } from "@/api/queries";
import { useMay } from "@/app/useSession";
import { Button, buttonClass } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { figuresOf } from "@/lib/figures";
import { BranchDialog } from "../run/BranchDialog";
import { BranchRow } from "./BranchRow";
import { CloneDialog } from "./CloneDialog";
import { DeletedRuns } from "./DeletedRuns";
import { forest, type Worth } from "./forest";

/** Of so many runs snapshots and intervals are asked for, the newest. */
const ASKED = 200;

/** Runs as a tree of branches, with their snapshots. */
export function BranchesPage() {
  const { ws } = useParams({ from: "/w/$ws/branches" });
  const { chosen: text } = useSearch({ from: "/w/$ws/branches" });
  const navigate = useNavigate({ from: "/w/$ws/branches" });
  const may = useMay(ws);
  const runs = useInfiniteQuery(runsQuery(ws, "", "newest"));
  const listed = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const asked = listed.slice(0, ASKED);
  const figures = new Map(listed.map((run) => [run.run, figuresOf({ run, progress: run.progress })]));
  const tree = forest(listed, new Map([...figures].flatMap(([run, { best, split }]): [string, Worth][] => (best.low === undefined ? [] : [[run, { low: best.low, proved: split === "test" }]]))));
  const snapshots = useQueries({ queries: asked.map((run) => ({ ...snapshotsQuery(run.run), staleTime: 60_000 })), combine: (results) => new Map(results.flatMap((result) => (result.data?.items[0] ? [[result.data.items[0].run, result.data.items] as const] : []))) });
  const [branching, setBranching] = useState<{ run: string; snapshot?: string } | null>(null);
  const [cloning, setCloning] = useState<string | null>(null);
  const chosen = text?.split(",").filter(Boolean) ?? [];
  const choose = (run: string) => {
    const next = chosen.includes(run) ? chosen.filter((one) => one !== run) : [...chosen, run];
    void navigate({ search: { chosen: next.join(",") || undefined }, replace: true });
  };
  if (runs.isPending) return <Loading />;
  if (runs.error) return <div className="p-6"><ErrorNote error={runs.error} /></div>;
  return (
    <div className="px-4 py-5 sm:px-6">
      {tree.length ? (
        <>
          <div className="mb-4 flex flex-wrap items-end gap-x-6 gap-y-2">
            <div className="mr-auto">
              <h1 className="plate mb-1">Branches and snapshots</h1>
              <p className="max-w-2xl text-muted">Each run under the one it branched from; the thick line leads to the best of its tree, by the lower end of the interval. A snapshot is restored as a branch that starts from it: a run itself is never rewritten.</p>
            </div>
            {chosen.length > 1 ? (
              <Link to="/w/$ws/compare" params={{ ws }} search={{ runs: chosen.join(",") }} className={buttonClass("primary")}>Compare {chosen.length} runs</Link>
            ) : <span className="text-muted">Tick two runs to compare them.</span>}
          </div>
          <div className="overflow-x-auto">
            <table className="grid-table">
              <thead><tr><th scope="col"><span className="sr-only">Choose</span></th><th scope="col">Run</th><th scope="col" className="max-sm:hidden">Status</th><th scope="col" className="num">Best</th><th scope="col" className="num">Candidates</th><th scope="col">Snapshots</th><th scope="col" className="num">Created</th><th scope="col"><span className="sr-only">Actions</span></th></tr></thead>
              <tbody>
                {tree.map((branch) => (
                  <BranchRow key={branch.run.run} branch={branch} figures={figures.get(branch.run.run)} snapshots={snapshots.get(branch.run.run) ?? []} may={may("create_runs")} chosen={chosen.includes(branch.run.run)} onChoose={() => choose(branch.run.run)} onBranch={(snapshot) => setBranching({ run: branch.run.run, snapshot })} onClone={() => setCloning(branch.run.run)} />
                ))}
              </tbody>
            </table>
          </div>
          {runs.hasNextPage ? <Button className="mt-3" busy={runs.isFetchingNextPage} onClick={() => void runs.fetchNextPage()}>Older runs</Button> : null}
        </>
      ) : <EmptyState title="No runs, so no branches">A branch is a run that starts from another run’s prompt. The first run comes first.</EmptyState>}
      {may("delete_runs") ? <DeletedRuns ws={ws} /> : null}
      {branching ? <BranchDialog run={branching.run} snapshot={branching.snapshot} onClose={() => setBranching(null)} /> : null}
      {cloning ? <CloneDialog run={cloning} workspace={ws} onClose={() => setCloning(null)} /> : null}
    </div>
  );
}
