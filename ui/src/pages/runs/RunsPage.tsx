import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { ApiError } from "@/api/ApiError";
import { api } from "@/api/client";
import { runsQuery } from "@/api/queries";
import { useMay } from "@/app/useSession";
import { buttonClass, Button } from "@/components/Button";
import { Confirm } from "@/components/Confirm";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { FilterField } from "@/components/FilterField";
import { InlineSelect } from "@/components/InlineSelect";
import { Loading } from "@/components/Loading";
import { toast } from "@/components/toasts";
import { count, plural } from "@/lib/format";
import { RUN_FIELDS } from "@/lib/suggest";
import { DemoButton } from "./DemoButton";
import { RunsTable } from "./RunsTable";
import { SavedViews } from "./SavedViews";

const ORDERS = [["newest", "newest"], ["updated", "last changed"], ["score", "best score"], ["cost", "most expensive"]] as const;

/** Home: all runs of a workspace. */
export function RunsPage() {
  const { ws } = useParams({ from: "/w/$ws/" });
  const { filter = "", order = "newest" } = useSearch({ from: "/w/$ws/" });
  const navigate = useNavigate({ from: "/w/$ws/" });
  const may = useMay(ws);
  const client = useQueryClient();
  const runs = useInfiniteQuery({ ...runsQuery(ws, filter, order), placeholderData: (before) => before });
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((run: string) => {
    setSelected((before) => {
      const next = new Set(before);
      if (!next.delete(run)) next.add(run);
      return next;
    });
  }, []);
  const rows = runs.data?.pages.flatMap((page) => page.items) ?? [];
  const wrongFilter = runs.error instanceof ApiError && filter !== "" && runs.error.status < 500;

  const all = (runs: readonly string[], what: (run: string) => Promise<unknown>) => Promise.allSettled(runs.map(what)).then((done) => runs.filter((_, at) => done[at]?.status === "fulfilled"));
  const remove = useMutation({
    mutationFn: (chosen: readonly string[]) => all(chosen, (run) => api.delete(`/runs/${run}`)),
    onSuccess: (gone, chosen) => {
      setSelected(new Set());
      void client.invalidateQueries();
      const left = chosen.length - gone.length;
      const undo = () => void all(gone, (run) => api.post(`/runs/${run}/restore`)).then(() => client.invalidateQueries());
      toast(`${plural(gone.length, "run")} deleted${left ? `, ${left} could not be` : ""}.`, gone.length ? { undo } : {});
    },
  });

  if (runs.isPending) return <Loading what="Reading the runs" />;
  if (runs.error && !wrongFilter && !runs.data) return <div className="mx-auto max-w-xl p-8"><ErrorNote error={runs.error} retry={() => void runs.refetch()} /></div>;

  const empty = rows.length === 0 && filter === "" && !runs.error;
  // who has nothing yet is shown how it goes first
  const actions = may("create_runs") ? (
    <>
      <DemoButton workspace={ws} kind={empty ? "primary" : undefined} />
      <Link to="/w/$ws/new" params={{ ws }} search={{ prompt: undefined, dataset: undefined }} className={buttonClass(empty ? "plain" : "primary")}>New run</Link>
    </>
  ) : null;

  if (empty) {
    return (
        <EmptyState title="No runs yet" actions={actions}>
          A run takes a prompt, examples, a metric and a budget, evolves the prompt, and hands back a better one with the evidence that it is better. The demo does that on a simulated model: no key, nothing to pay, a few seconds.
          {may("create_runs") ? <p className="mt-2">Or drop a <code className="font-mono text-small">.clade.tar.zst</code> bundle onto this page.</p> : null}
        </EmptyState>
    );
  }

  return (
      <div className="px-4 py-5 sm:px-6">
        <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
          <h1 className="plate">Runs</h1>
          <span className="text-muted">{wrongFilter ? null : `${runs.hasNextPage ? `first ${count(rows.length)}` : plural(rows.length, "run")}${filter ? " match" : ""}`}</span>
          <div className="ml-auto flex flex-wrap gap-2">{actions}</div>
        </div>
        <div className="mb-3 flex flex-wrap items-start gap-3">
          <div className="flex w-full min-w-0 sm:w-auto sm:flex-1"><FilterField label="Filter runs" value={filter} fields={RUN_FIELDS} placeholder="status=finished and gain>0.1" error={wrongFilter ? (runs.error as Error).message : null} onChange={(filter) => void navigate({ search: (before) => ({ ...before, filter: filter || undefined }) })} /></div>
          <SavedViews workspace={ws} filter={filter} order={order} onChoose={(view) => void navigate({ search: { filter: view.filter || undefined, order: view.order } })} />
          <InlineSelect label="Order" value={order} options={ORDERS} onChange={(order) => void navigate({ search: (before) => ({ ...before, order }) })} />
        </div>
        <div className="mb-2 flex min-h-8 items-center gap-2 text-muted" aria-live="polite">
          {selected.size ? (
            <>
              {plural(selected.size, "run")} chosen
              <Link to="/w/$ws/compare" params={{ ws }} search={{ runs: [...selected].join(","), x: undefined }} disabled={selected.size < 2} className={`${buttonClass()} ${selected.size < 2 ? "pointer-events-none opacity-50" : ""}`}>Compare</Link>
              {may("delete_runs") ? (
                <Confirm label="Delete" title={`Delete ${plural(selected.size, "run")}?`} confirm="Delete them" onConfirm={() => remove.mutate([...selected])}>
                  They leave every list. What they paid for stays in the account, and an admin can restore them. A run that goes on is left alone.
                </Confirm>
              ) : null}
              <Button kind="quiet" onClick={() => setSelected(new Set())}>Choose none</Button>
            </>
          ) : (
            <span>Choose runs to compare them.</span>
          )}
        </div>
        {rows.length ? (
          <RunsTable workspace={ws} rows={rows} selected={selected} onToggle={toggle} onEnd={() => runs.hasNextPage && !runs.isFetchingNextPage && void runs.fetchNextPage()} />
        ) : wrongFilter ? null : (
          <EmptyState title="No run matches" actions={<Button onClick={() => void navigate({ search: {} as never })}>Clear the filter</Button>} />
        )}
      </div>
  );
}
