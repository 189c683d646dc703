import { useInfiniteQuery } from "@tanstack/react-query";
import { api, url } from "@/api/client";
import type { AuditEntry, Page } from "@/api/types";
import { Button, buttonClass } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Section";
import { ago, moment } from "@/lib/format";

/** Who did what, newest first. */
export function AuditPart({ ws }: { ws: string }) {
  const audit = useInfiniteQuery({
    queryKey: ["workspace", ws, "audit"],
    queryFn: ({ pageParam, signal }) => api.get<Page<AuditEntry>>(`/workspaces/${ws}/audit`, { cursor: pageParam, limit: 100 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
  const rows = audit.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title="Audit log" about="Every change, by whom, with what was before and after. It can be read and downloaded, never edited.">
      <p className="mb-2"><a className={buttonClass()} href={url(`/workspaces/${ws}/audit.jsonl`)} download>Download</a></p>
      {audit.isPending ? <Loading /> : null}
      {audit.error ? <ErrorNote error={audit.error} /> : null}
      <div className="overflow-x-auto">
        <table className="grid-table">
          <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">On</th><th scope="col">Change</th></tr></thead>
          <tbody>
            {rows.map((entry) => (
              <tr key={entry.id}>
                <td className="whitespace-nowrap text-muted" title={moment(entry.at)}>{ago(entry.at)}</td><td>{entry.login ?? entry.by}</td><td className="whitespace-nowrap">{entry.action.replaceAll("_", " ")}</td><td className="font-mono text-small">{entry.target}</td>
                <td className="max-w-96 truncate font-mono text-small text-muted" title={JSON.stringify({ before: entry.before, after: entry.after }, null, 1)}>{change(entry)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {audit.hasNextPage ? <Button className="mt-3" busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>Older ones</Button> : null}
    </Section>
  );
}

function change({ before, after }: AuditEntry): string {
  const text = (value: unknown) => (value === undefined || value === null ? "" : JSON.stringify(value));
  return [text(before), text(after)].filter(Boolean).join(" → ");
}
