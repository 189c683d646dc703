import { Link } from "@tanstack/react-router";
import type { RunSummary } from "@/api/types";

/** Where a branch came from: the candidate of the run with whose prompt it started. Rows of older versions name the run alone. */
export function OriginLink({ run: { branch_of, branch_from } }: { run: Pick<RunSummary, "branch_of" | "branch_from"> }) {
  if (!branch_of) return null;
  const candidate = branch_from === null || branch_from === undefined ? undefined : `c${branch_from}`;
  return (
    <Link to="/runs/$run" params={{ run: branch_of }} search={{ node: candidate } as never} className="link font-mono text-small">
      {candidate ? `${candidate} of ${branch_of}` : branch_of}
    </Link>
  );
}
