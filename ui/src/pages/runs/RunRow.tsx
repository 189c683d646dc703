import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { RunSummary } from "@/api/types";
import { OriginLink } from "@/components/OriginLink";
import { Badge } from "@/components/Badge";
import { RunState } from "@/components/RunState";
import { figuresOf, restsOn } from "@/lib/figures";
import { ago, moment, plural } from "@/lib/format";
import { GainBar } from "./GainBar";
import { Sparkline } from "./Sparkline";
import { Scored } from "./Scored";
import { Spending } from "./Spending";

interface Props {
  run: RunSummary;
  /** Who started it. */
  by: string;
  index: number;
  chosen: boolean;
  onToggle: (run: string) => void;
}

/** A row of the table. While one scrolls, rows that stay are not made anew. */
export const RunRow = memo(function RunRow({ run, by, index, chosen, onToggle }: Props) {
  const progress = run.progress;
  const { seed, best, split, paired } = figuresOf({ run, progress });
  const state = <RunState status={run.status} note={progress && run.status === "running" ? progress.phase : undefined} />;
  return (
    <tr aria-rowindex={index + 2} aria-selected={chosen} className="h-[72px]">
      <td className="!pr-2"><input type="checkbox" aria-label={`Choose ${run.description || run.run}`} checked={chosen} onChange={() => onToggle(run.run)} className="accent-[var(--accent)]" /></td>
      <td className="max-w-36 min-w-36 sm:max-w-72 sm:min-w-48">
        <Link to="/runs/$run" params={{ run: run.run }} className="line-clamp-2 leading-[18px] font-medium break-words hover:underline" title={run.description}>{run.description || run.run}</Link>
        <span className="block truncate text-small text-muted">
          <span className="font-mono">{run.run}</span>
          {run.branch_of ? <> from <OriginLink run={run} /></> : null}
          {run.mode === "evaluate" ? " evaluation" : null}
          {` · ${plural(progress?.candidates ?? run.candidates, "candidate")}`}
        </span>
        <span className="text-small sm:hidden">{state}</span>
      </td>
      <td title={run.detail || undefined} className="max-sm:hidden">{state}</td>
      <td className="num text-muted max-sm:hidden" title={restsOn(seed, split)}><Scored figure={seed} /></td>
      <td className="num" title={restsOn(best, split)}><Scored figure={best} best /></td>
      <td><GainBar seed={seed.value} best={best.value} gain={paired ? undefined : run.best_score !== null && run.seed_score !== null ? run.best_score - run.seed_score : null} improved={run.improved} /></td>
      <td className="!align-middle"><Sparkline run={run} /></td>
      <td className="whitespace-nowrap"><Spending run={run} /></td>
      <td className="max-w-56"><span className="block truncate">{run.strategy || "–"}</span><span className="flex items-center gap-1.5 text-small text-muted"><span className="truncate">{run.model}</span>{run.simulated ? <Badge>simulated</Badge> : null}</span></td>
      <td className="num whitespace-nowrap text-muted" title={moment(run.updated)}>{ago(run.updated)}<span className="block text-small">by {by}</span></td>
    </tr>
  );
});
