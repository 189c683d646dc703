import { useInfiniteQuery } from "@tanstack/react-query";
import { api, url } from "@/api/client";
import type { AuditEntry, Page } from "@/api/types";
import { Button, buttonClass } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { Section } from "@/components/Section";
import { ago, moment } from "@/lib/format";
import { act } from "./acts";
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
    <Section wide title={title} about={about}>
      <p className="mb-2"><a className={buttonClass()} href={url(`${path}/audit.jsonl`)} download>Download</a></p>
      {audit.isPending ? <Loading /> : null}
      {audit.error ? <ErrorNote error={audit.error} /> : null}
      {audit.data && !rows.length ? <p className="text-muted">Nothing was changed yet.</p> : null}
      {rows.length ? (
        <div className="overflow-x-auto" tabIndex={0} role="group" aria-label="Entries of the log">
          <table className="grid-table max-sm:block">
            <thead className="max-sm:sr-only"><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">On</th><th scope="col">Change, before and after</th></tr></thead>
            <tbody className="max-sm:block">{rows.map((entry) => <Row key={entry.id} entry={entry} />)}</tbody>
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
    <tr className="align-top max-sm:grid max-sm:grid-cols-[1fr_auto] max-sm:border-b max-sm:border-rule max-sm:py-2 max-sm:*:!border-0 max-sm:*:!p-0">
      <td className="whitespace-nowrap text-muted max-sm:order-2 max-sm:text-right" title={moment(entry.at)}>{ago(entry.at)}</td>
      <td className="max-sm:order-1">{entry.login || entry.by}</td>
      <td className="whitespace-nowrap max-sm:order-3" title={entry.action}>{act(entry.action)}</td>
      <td className="font-mono text-small [overflow-wrap:anywhere] max-sm:order-4 max-sm:text-right sm:min-w-44">{entry.target}</td>
      <td className="w-full font-mono text-small max-sm:order-5 max-sm:col-span-2 max-sm:[overflow-wrap:anywhere] sm:min-w-64">
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
