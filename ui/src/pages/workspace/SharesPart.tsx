import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/client";
import { workspaceSharesQuery } from "@/api/queries";
import type { Share } from "@/api/types";
import { Button } from "@/components/Button";
import { Confirm } from "@/components/Confirm";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Section";
import { useSave } from "@/components/useSave";
import { moment } from "@/lib/format";

/** All links that show runs of this workspace to whoever has them. */
export function SharesPart({ ws }: { ws: string }) {
  const query = workspaceSharesQuery(ws);
  const shares = useInfiniteQuery(query);
  const items = shares.data?.pages.flatMap((page) => page.items) ?? [];
  const remove = useSave((one: Share) => api.delete(`/runs/${one.run}/shares/${one.id}`), { keys: [query.queryKey], done: "The link shows nothing any more." });
  return (
    <Section title="Links to runs" about="Whoever has a link sees its run without signing in, until it expires or is taken back. A link of somebody who is no member any more shows nothing.">
      {shares.isPending ? <Loading /> : null}
      {shares.error ? <ErrorNote error={shares.error} /> : null}
      {shares.data && !items.length ? <p className="text-muted">None. Links are made on a run’s page, with Share.</p> : null}
      {items.length ? (
        <div className="overflow-x-auto">
          <table className="grid-table">
            <thead><tr><th scope="col">Run</th><th scope="col">Note</th><th scope="col">By</th><th scope="col">Good until</th><th scope="col"><span className="sr-only">Actions</span></th></tr></thead>
            <tbody>
              {items.map((one) => (
                <tr key={one.id}>
                  <td><Link to="/runs/$run" params={{ run: one.run }} className="link font-mono text-small">{one.run}</Link></td>
                  <td dir="auto">{one.note || <span className="text-muted">no note</span>}</td>
                  <td>{one.name || one.by}{one.shows ? null : <span className="text-muted"> (no member: it shows nothing)</span>}</td>
                  <td className="text-muted">{moment(one.expires)}</td>
                  <td className="num"><Confirm label="Take back" title="Take this link back?" confirm="Take it back" onConfirm={() => remove.mutate(one)}>It shows nothing any more, to anybody.</Confirm></td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : null}
      {shares.hasNextPage ? <Button busy={shares.isFetchingNextPage} onClick={() => void shares.fetchNextPage()}>More</Button> : null}
    </Section>
  );
}
