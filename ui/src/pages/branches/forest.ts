import type { RunSummary } from "@/api/types";

/** Runs in the order of a tree: each under the run it branched from, newest first among siblings. A branch of a run that is not listed stands for itself. */
export function forest(runs: readonly RunSummary[]): { run: RunSummary; depth: number }[] {
  const there = new Set(runs.map((run) => run.run));
  const under = new Map<string, RunSummary[]>();
  const roots: RunSummary[] = [];
  for (const run of runs) {
    if (run.branch_of && there.has(run.branch_of)) under.set(run.branch_of, [...(under.get(run.branch_of) ?? []), run]);
    else roots.push(run);
  }
  const out: { run: RunSummary; depth: number }[] = [];
  const seen = new Set<string>();
  const visit = (run: RunSummary, depth: number) => {
    if (seen.has(run.run)) return;
    seen.add(run.run);
    out.push({ run, depth });
    for (const child of under.get(run.run) ?? []) visit(child, depth + 1);
  };
  for (const root of roots) visit(root, 0);
  return out;
}
