import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "@/api/ApiError";
import { candidatesQuery, reportQuery, runQuery } from "@/api/queries";
import { Button } from "@/components/Button";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { FilterField } from "@/components/FilterField";
import { Loading } from "@/components/Loading";
import { candidateOf, count } from "@/lib/format";
import { CANDIDATE_FIELDS } from "@/lib/suggest";
import { Choose } from "@/components/Choose";
import { CandidatesTable } from "./CandidatesTable";
import { columnsOf } from "./columns";
import { PairPanel } from "./PairPanel";

/** All candidates of a run as a table; two of them side by side. */
export function CandidatesTab() {
  const { run } = useParams({ from: "/runs/$run/candidates" });
  const search = useSearch({ from: "/runs/$run/candidates" });
  const navigate = useNavigate({ from: "/runs/$run/candidates" });
  const { filter = "", sort = "low", asc } = search;
  const detail = useQuery(runQuery(run));
  const report = useQuery(reportQuery(run));
  const found = useInfiniteQuery({ ...candidatesQuery(run, filter, sort, !asc), placeholderData: (before) => before });
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  const all = columnsOf(rows);
  const columns = all.filter((column) => (chosen ? chosen.includes(column.name) : column.usual));
  const wrong = found.error instanceof ApiError && filter ? found.error : null;
  const best = report.data?.best?.candidate ?? (detail.data?.progress ? `c${detail.data.progress.best}` : null);
  const set = (change: Partial<typeof search>) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const choose = (name: string) => {
    if (search.a === name) set({ a: search.b, b: undefined });
    else if (search.b === name) set({ b: undefined });
    else if (!search.a) set({ a: name });
    else set({ b: name });
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-3 px-4 py-4 sm:px-6">
      <div className="flex flex-wrap items-start gap-3">
        <FilterField label="Filter candidates" value={filter} fields={CANDIDATE_FIELDS} placeholder="status=kept and score>0.6" error={wrong?.message ?? null} onChange={(filter) => set({ filter: filter || undefined })} />
        <Choose label="Columns" options={all.map((column) => [column.name, column.choice ?? column.title] as const)} chosen={columns.map((column) => column.name)} onChange={setChosen} />
        <span className="py-1 text-muted">{found.hasNextPage ? `first ${count(rows.length)}` : count(rows.length)}</span>
      </div>
      {search.a && search.b ? <PairPanel run={run} a={search.a} b={search.b} onClose={() => set({ a: undefined, b: undefined })} onSwap={() => set({ a: search.b, b: search.a })} /> : null}
      {search.a && !search.b ? <p className="text-muted"><span className="font-mono">{search.a}</span> is chosen; choose another one to compare with. <Button kind="quiet" onClick={() => set({ a: undefined })}>Choose none</Button></p> : null}
      {found.isPending ? <Loading /> : null}
      {found.error && !wrong ? <ErrorNote error={found.error} retry={() => void found.refetch()} /> : null}
      {found.data && rows.length === 0 && !wrong ? <EmptyState title={filter ? "No candidate matches" : "No candidate yet"} actions={filter ? <Button onClick={() => set({ filter: undefined })}>Clear the filter</Button> : undefined} /> : null}
      {rows.length ? (
        <CandidatesTable rows={rows} run={run} best={best} columns={columns} sort={sort} asc={Boolean(asc)} chosen={[search.a, search.b].filter((one): one is string => Boolean(one))} onSort={(name) => set(name === sort ? { asc: asc ? undefined : true } : { sort: name, asc: undefined })} onChoose={(node) => choose(candidateOf(node.id))} onEnd={() => found.hasNextPage && !found.isFetchingNextPage && void found.fetchNextPage()} />
      ) : null}
    </div>
  );
}
