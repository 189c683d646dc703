import { useInfiniteQuery, useQueries } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { runsQuery, snapshotsQuery } from "@/api/queries";
import type { RunSummary, Snapshot } from "@/api/types";
import { useMay } from "@/app/useSession";
import { Button, buttonClass } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { RunState } from "@/components/RunState";
import { ago, count, moment, score } from "@/lib/format";
import { BranchDialog } from "../run/BranchDialog";
import { CloneDialog } from "./CloneDialog";
import { forest } from "./forest";

/** Runs as a tree of branches, with their snapshots. */
export function BranchesPage() {
  const { ws } = useParams({ from: "/w/$ws/branches" });
  const may = useMay(ws);
  const runs = useInfiniteQuery(runsQuery(ws, "", "newest"));
  const rows = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const tree = forest(rows);
  const snapshots = useQueries({ queries: tree.slice(0, 200).map(({ run }) => ({ ...snapshotsQuery(run.run), staleTime: 60_000 })), combine: (results) => new Map(results.flatMap((result) => (result.data?.items[0] ? [[result.data.items[0].run, result.data.items] as const] : []))) });
  const [branching, setBranching] = useState<{ run: string } | null>(null);
  const [cloning, setCloning] = useState<string | null>(null);
  if (runs.isPending) return <Loading />;
  if (runs.error) return <div className="p-6"><ErrorNote error={runs.error} /></div>;
  if (!tree.length) return <EmptyState title="No runs, so no branches">A branch is a run that starts from another run’s prompt. The first run comes first.</EmptyState>;
  return (
    <div className="px-4 py-5 sm:px-6">
      <h1 className="plate mb-1">Branches and snapshots</h1>
      <p className="mb-4 max-w-2xl text-muted">Each run under the one it branched from. To restore a snapshot, branch from it: the run itself is never rewritten.</p>
      <div className="overflow-x-auto">
        <table className="grid-table">
          <thead><tr><th scope="col">Run</th><th scope="col">Status</th><th scope="col" className="num">Best</th><th scope="col" className="num">Candidates</th><th scope="col">Snapshots</th><th scope="col" className="num">Created</th><th scope="col"><span className="sr-only">Actions</span></th></tr></thead>
          <tbody>
            {tree.map(({ run, depth }) => (
              <Row key={run.run} run={run} depth={depth} snapshots={snapshots.get(run.run) ?? []} ws={ws} may={may("create_runs")} onBranch={() => setBranching({ run: run.run })} onClone={() => setCloning(run.run)} />
            ))}
          </tbody>
        </table>
      </div>
      {runs.hasNextPage ? <Button className="mt-3" onClick={() => void runs.fetchNextPage()}>Older runs</Button> : null}
      {branching ? <BranchDialog run={branching.run} onClose={() => setBranching(null)} /> : null}
      {cloning ? <CloneDialog run={cloning} workspace={ws} onClose={() => setCloning(null)} /> : null}
    </div>
  );
}

interface RowProps {
  run: RunSummary;
  depth: number;
  snapshots: Snapshot[];
  ws: string;
  may: boolean;
  onBranch: () => void;
  onClone: () => void;
}

function Row({ run, depth, snapshots, ws, may, onBranch, onClone }: RowProps) {
  return (
    <tr>
      <td style={{ paddingLeft: depth * 22 }}>
        {depth ? <span aria-hidden="true" className="mr-1.5 text-muted">└</span> : null}
        <Link to="/runs/$run" params={{ run: run.run }} className="link font-medium">{run.description || run.run}</Link> <span className="font-mono text-small text-muted">{run.run}</span>
      </td>
      <td><RunState status={run.status} /></td>
      <td className="num font-semibold text-accent">{score(run.best_score)}</td>
      <td className="num">{count(run.candidates)}</td>
      <td className="font-mono text-small text-muted" title={snapshots.map((one) => `${one.name}, ${moment(one.at)}`).join("\n")}>{snapshots.map((one) => one.name).join(", ") || "–"}</td>
      <td className="num text-muted" title={moment(run.created)}>{ago(run.created)}</td>
      <td className="num">
        <div className="flex justify-end gap-2">
          {run.branch_of ? <Link to="/w/$ws/compare" params={{ ws }} search={{ runs: `${run.branch_of},${run.run}` }} className={buttonClass()}>Compare with its origin</Link> : null}
          {may && run.mode === "optimize" ? <Button onClick={onBranch}>Branch</Button> : null}
          {may ? <Button onClick={onClone}>Clone</Button> : null}
        </div>
      </td>
    </tr>
  );
}
