import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import { deletedRunsQuery } from "@/api/queries";
import { Button } from "@/components/Button";
import { useSave } from "@/components/useSave";
import { count, score } from "@/lib/format";

/** Runs that somebody deleted, to be taken back. Shown to those who may delete. */
export function DeletedRuns({ ws }: { ws: string }) {
  const deleted = useQuery(deletedRunsQuery(ws));
  const restore = useSave((run: string) => api.post(`/runs/${run}/restore`), { keys: [["runs", ws], deletedRunsQuery(ws).queryKey], done: "The run is back." });
  if (!deleted.data?.items.length) return null;
  return (
    <section className="mt-8">
      <h2 className="plate mb-1">Deleted runs</h2>
      <div className="overflow-x-auto">
        <table className="grid-table">
          <thead><tr><th scope="col">Run</th><th scope="col" className="num">Best</th><th scope="col" className="num">Candidates</th><th scope="col"><span className="sr-only">Actions</span></th></tr></thead>
          <tbody>
            {deleted.data.items.map((run) => (
              <tr key={run.run}>
                <td>{run.description || run.run} <span className="font-mono text-small text-muted">{run.run}</span></td>
                <td className="num">{score(run.best_score)}</td>
                <td className="num">{count(run.candidates)}</td>
                <td className="num"><Button busy={restore.isPending} aria-label={`Restore run ${run.description || run.run}`} onClick={() => restore.mutate(run.run)}>Restore</Button></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
