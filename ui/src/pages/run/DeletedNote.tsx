import { Link } from "@tanstack/react-router";
import type { RunDetail } from "@/api/types";

/** Says that somebody deleted this run, and where to go from here. */
export function DeletedNote({ detail }: { detail: RunDetail }) {
  const { run, workspace, actions } = detail;
  return (
    <p role="alert" className="border-b border-hairline bg-lost-soft px-4 py-1.5 text-lost sm:px-6">
      This run was deleted: it is in no list any more, and does not go on. {actions.includes("delete_runs") ? "Restore brings it back." : "An admin can restore it."}{" "}
      <Link to="/w/$ws" params={{ ws: workspace }} search={{ filter: undefined, order: undefined }} className="link">All runs</Link>
      {run.branch_of ? <> · <Link to="/runs/$run" params={{ run: run.branch_of }} className="link">The run that it branched from</Link></> : null}
    </p>
  );
}
