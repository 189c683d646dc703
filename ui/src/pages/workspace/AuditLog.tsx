import { useInfiniteQuery } from "@tanstack/react-query";
import { api, url } from "@/api/client";
import type { AuditEntry, Page } from "@/api/types";
import { Button, buttonClass } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Section";
import { ago, moment } from "@/lib/format";
import { changes } from "./changes";

/** Who did what, newest first: below `path`, a workspace's or, where that is empty, what belongs to none. */
export function AuditLog({ path, title, about }: { path: string; title: string; about: string }) {
  const audit = useInfiniteQuery({
    queryKey: ["audit", path],
    queryFn: ({ pageParam, signal }) => api.get<Page<AuditEntry>>(`${path}/audit`, { cursor: pageParam, limit: 100 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
  const rows = audit.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title={title} about={about}>
      <p className="mb-2"><a className={buttonClass()} href={url(`${path}/audit.jsonl`)} download>Download</a></p>
      {audit.isPending ? <Loading /> : null}
      {audit.error ? <ErrorNote error={audit.error} /> : null}
      {audit.data && !rows.length ? <p className="text-muted">Nothing was changed yet.</p> : null}
      {rows.length ? (
        <div className="overflow-x-auto">
          <table className="grid-table">
            <thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">On</th><th scope="col">Change, before and after</th></tr></thead>
            <tbody>{rows.map((entry) => <Row key={entry.id} entry={entry} />)}</tbody>
          </table>
        </div>
      ) : null}
      {audit.hasNextPage ? <Button className="mt-3" busy={audit.isFetchingNextPage} onClick={() => void audit.fetchNextPage()}>Older ones</Button> : null}
    </Section>
  );
}

function Row({ entry }: { entry: AuditEntry }) {
  const all = changes(entry.before, entry.after);
  return (
    <tr className="align-top">
      <td className="whitespace-nowrap text-muted" title={moment(entry.at)}>{ago(entry.at)}</td>
      <td>{entry.login || entry.by}</td>
      <td className="whitespace-nowrap">{entry.action.replaceAll("_", " ")}</td>
      <td className="min-w-44 font-mono text-small [overflow-wrap:anywhere]">{entry.target}</td>
      <td className="w-full min-w-64 font-mono text-small">
        {all.map(({ name, before, after }) => (
          <div key={name} className="break-words" dir="auto">
            {name ? <span className="text-muted">{name} </span> : null}
            {before === undefined ? null : <del className="bg-lost-soft text-muted">{before}</del>}
            {before !== undefined && after !== undefined ? " " : null}
            {after === undefined ? null : <ins className="bg-accent-soft text-ink no-underline">{after}</ins>}
          </div>
        ))}
      </td>
    </tr>
  );
}
