import type { RunSummary } from "@/api/types";

/** A run in the order of a tree, and what is drawn to its left. */
export interface Branch {
  run: RunSummary;
  depth: number;
  /** For each level above, whether the line of an older run goes on past this row. */
  rails: boolean[];
  /** Whether runs branched from it. */
  forks: boolean;
  /** Whether it lies on the way from a first run to the best of its tree. */
  descent: boolean;
  /** Whether that way goes on from it to a branch. */
  leads: boolean;
  /** For each level above, whether that line leads on to the best of the tree. */
  descentRails: boolean[];
}

/** What a run's best score is worth: the lower end of its interval, and whether the test split gave it. */
export interface Worth {
  low: number;
  proved: boolean;
}

/**
 * Runs in the order of a tree: each under the run it branched from, newest first among siblings. A branch of a run that is not listed stands for itself.
 * The way to the best of a tree of two runs or more is marked: they share examples and metric, so their scores compare. The best is the one whose
 * interval ends highest below, so that one lucky example beats nobody; where test scores are known, train scores do not take part.
 */
export function forest(runs: readonly RunSummary[], worths: ReadonlyMap<string, Worth> = new Map()): Branch[] {
  const there = new Map(runs.map((run) => [run.run, run]));
  const under = new Map<string, RunSummary[]>();
  const roots: RunSummary[] = [];
  for (const run of runs) {
    if (run.branch_of && there.has(run.branch_of)) under.set(run.branch_of, [...(under.get(run.branch_of) ?? []), run]);
    else roots.push(run);
  }
  const out: Branch[] = [];
  const seen = new Set<string>();
  const visit = (run: RunSummary, depth: number, rails: boolean[], way: ReadonlySet<string>, descentRails: boolean[]) => {
    if (seen.has(run.run)) return;
    seen.add(run.run);
    const children = (under.get(run.run) ?? []).filter((child) => !seen.has(child.run));
    out.push({ run, depth, rails, forks: children.length > 0, descent: way.has(run.run), leads: children.some((child) => way.has(child.run)), descentRails });
    children.forEach((child, at) => {
      const later = children.slice(at + 1);
      visit(child, depth + 1, [...rails, later.length > 0], way, [...descentRails, later.some((one) => way.has(one.run))]);
    });
  };
  for (const root of roots) visit(root, 0, [], wayToBest(root, under, there, worths), []);
  return out;
}

function wayToBest(root: RunSummary, under: ReadonlyMap<string, RunSummary[]>, there: ReadonlyMap<string, RunSummary>, worths: ReadonlyMap<string, Worth>): ReadonlySet<string> {
  const all = new Set<RunSummary>([root]);
  for (const run of all) for (const child of under.get(run.run) ?? []) all.add(child);
  if (all.size < 2) return new Set();
  const known = [...all].flatMap((run) => {
    const worth = worths.get(run.run);
    return worth ? [{ run, ...worth }] : [];
  });
  const proved = known.filter((one) => one.proved);
  const best = (proved.length ? proved : known).reduce<(typeof known)[number] | undefined>((best, one) => (best && best.low >= one.low ? best : one), undefined)?.run;
  const way = new Set<string>();
  for (let run = best; run && !way.has(run.run); run = run.branch_of ? there.get(run.branch_of) : undefined) way.add(run.run);
  return way;
}
