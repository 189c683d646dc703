import { useQuery } from "@tanstack/react-query";
import { commentsQuery } from "@/api/queries";
import type { RunDetail } from "@/api/types";
import { Link } from "@tanstack/react-router";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { plural } from "@/lib/format";
import { Comments } from "./Comments";

/** What people say about a run, and on which of its candidates there is more. */
export function CommentsDialog({ detail, onClose }: { detail: RunDetail; onClose: () => void }) {
  const run = detail.run.run;
  const comments = useQuery(commentsQuery(run));
  const on = new Map<string, number>();
  for (const { candidate } of comments.data?.items ?? []) if (candidate !== null) on.set(String(candidate).replace(/^c?/, "c"), (on.get(String(candidate).replace(/^c?/, "c")) ?? 0) + 1);
  return (
    <Dialog open title="Comments on this run" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <Comments run={run} workspace={detail.workspace} may={detail.actions.includes("comment")} />
      {on.size ? (
        <p className="mt-4 text-muted">
          On candidates: {[...on].map(([candidate, many]) => (
            <Link key={candidate} to="/runs/$run" params={{ run }} search={{ node: candidate }} className="link mr-3 font-mono text-small" onClick={onClose} title={plural(many, "comment")}>{candidate} ({many})</Link>
          ))}
        </p>
      ) : null}
    </Dialog>
  );
}
