import { Link } from "@tanstack/react-router";
import type { Snapshot } from "@/api/types";
import { Button } from "@/components/Button";
import { OriginLink } from "@/components/OriginLink";
import { RunState } from "@/components/RunState";
import { restsOn, type Figures } from "@/lib/figures";
import { ago, count, moment } from "@/lib/format";
import { Scored } from "../runs/Scored";
import type { Branch } from "./forest";
import { Gutter } from "./Gutter";

interface Props {
  branch: Branch;
  figures: Figures | undefined;
  snapshots: readonly Snapshot[];
  may: boolean;
  chosen: boolean;
  onChoose: () => void;
  /** Starts a branch; from a snapshot where one is named. */
  onBranch: (snapshot?: string) => void;
  onClone: () => void;
}

/** A run in the tree of branches, with what can be done from here. */
export function BranchRow({ branch, figures, snapshots, may, chosen, onChoose, onBranch, onClone }: Props) {
  const { run, descent } = branch;
  const searches = run.mode === "optimize";
  return (
    <tr>
      <td className="!py-0 !pr-2 align-middle">{searches ? <input type="checkbox" aria-label={`Choose ${run.description || run.run} to compare`} checked={chosen} onChange={onChoose} className="accent-[var(--accent)]" /> : null}</td>
      <td className="!py-0">
        <div className="flex items-center">
          <Gutter branch={branch} />
          {/* two lines at most: the lines of the tree are as high as a row */}
          <span className="min-w-40 whitespace-nowrap">
            <span className="flex max-w-44 items-baseline gap-1.5 sm:max-w-[34rem]">
              <Link to="/runs/$run" params={{ run: run.run }} className="link truncate font-medium" title={run.description}>{run.description || run.run}</Link>
              <span className="font-mono text-small text-muted">{run.run}</span>
            </span>
            {run.branch_of ? <span className="block text-small text-muted">branch of <OriginLink run={run} /></span> : null}
          </span>
        </div>
      </td>
      <td className="align-middle max-sm:hidden"><RunState status={run.status} /></td>
      <td className="num align-middle !py-0" title={figures ? restsOn(figures.best, figures.split) : undefined}><Scored figure={figures?.best ?? { value: run.best_score }} best={descent} note={run.improved === false ? "no gain shown" : run.improved ? "gain shown ✓" : undefined} /></td>
      <td className="num align-middle">{count(run.candidates)}</td>
      <td className="align-middle">
        {snapshots.length ? (
          <ul className="flex flex-wrap gap-1.5">
            {snapshots.map((one) => (
              <li key={one.name} title={`entry ${count(one.length)}, ${moment(one.at)}`}>
                {may && searches ? (
                  <Button aria-label={`Restore snapshot ${one.name} of ${run.description || run.run}`} onClick={() => onBranch(one.name)}><span aria-hidden="true" className="text-muted">↶</span><span className="font-mono text-small">{one.name}</span></Button>
                ) : <span className="font-mono text-small">{one.name}</span>}
              </li>
            ))}
          </ul>
        ) : <span className="text-muted">–</span>}
      </td>
      <td className="num align-middle whitespace-nowrap text-muted" title={moment(run.created)}>{ago(run.created)}</td>
      <td className="num align-middle">
        <div className="flex justify-end gap-2">
          {may && searches ? <Button onClick={() => onBranch()}>Branch</Button> : null}
          {may ? <Button onClick={onClone}>Clone</Button> : null}
        </div>
      </td>
    </tr>
  );
}
