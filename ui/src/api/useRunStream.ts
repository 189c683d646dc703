import { queryOptions, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ApiError } from "./ApiError";
import { url } from "./client";
import { answered } from "./connection";
import { runQuery } from "./queries";
import { shareOf } from "./share";
import type { Progress, Recorded, RunDetail, RunStatus } from "./types";

/** The live end of a run's journal, newest last. */
export interface LiveLog {
  entries: Recorded[];
  /** Sequence number behind the last entry that was seen. */
  next: number;
}
export const liveLogKey = (run: string) => ["run", run, "live"] as const;
/** What the stream has brought so far: never asked for. It is only ever added to, so comparing thousands of entries at each news finds nothing. */
export const liveLogQuery = (run: string) => queryOptions<LiveLog>({ queryKey: liveLogKey(run), queryFn: () => ({ entries: [], next: 0 }), enabled: false, structuralSharing: false });
/** Entries that a live log holds; older ones are let go. */
export const KEPT = 5_000;

/** Which questions an event makes stale. A trial only moves scores: those may wait. */
const STALE_BY: Record<string, readonly string[]> = {
  candidate_admitted: ["lineage", "candidates"],
  proposal_rejected: ["lineage"],
  candidate_decided: ["lineage", "candidates", "report"],
  generation_closed: ["lineage", "curve", "generations", "report"],
  search_ended: ["lineage", "report", ""],
  candidate_chosen: ["lineage", "report", ""],
  evidence_measured: ["report", ""],
  headroom_measured: ["report"],
  budget_changed: [""],
  steered: ["lineage", "candidates", "steers"],
  run_finished: ["lineage", "candidates", "report", "curve", "generations", "matrix", ""],
  session_started: [""],
  session_ended: [""],
};
const BY_TRIAL = ["lineage", "candidates", "matrix"] as const;

/** Everything that is asked about a run but its journal, which is only ever added to. */
const allOf = (run: string) => ({ queryKey: ["run", run], predicate: (query: { queryKey: readonly unknown[] }) => query.queryKey[2] !== "journal" });

/** Refreshes what is on screen: soon after an event, and not before three times as long as its last answer took have gone by. */
export class Refresher {
  private readonly due = new Map<string, { timer: ReturnType<typeof setTimeout>; at: number }>();
  private readonly took = new Map<string, number>();
  private readonly ended = new Map<string, number>();
  private readonly busy = new Set<string>();
  private readonly again = new Map<string, number>();
  private stopped = false;

  constructor(
    private readonly client: QueryClient,
    private readonly run: string,
  ) {}

  /** Asks for a refresh within `least` milliseconds, or as soon as what goes on allows. */
  ask(what: string, least: number): void {
    if (this.busy.has(what)) {
      this.again.set(what, Math.min(least, this.again.get(what) ?? least));
      return;
    }
    const now = performance.now();
    const at = Math.max(now + least, (this.ended.get(what) ?? 0) + 3 * (this.took.get(what) ?? 0));
    const due = this.due.get(what);
    // what may wait never holds up what may not
    if (due && due.at <= at) return;
    clearTimeout(due?.timer);
    this.due.set(what, { at, timer: setTimeout(() => void this.refresh(what), at - now) });
  }

  private async refresh(what: string): Promise<void> {
    this.due.delete(what);
    this.busy.add(what);
    const started = performance.now();
    const match = what === "" ? { queryKey: ["run", this.run, ""], exact: true } : { queryKey: ["run", this.run, what] };
    // what was asked wrongly stays wrong
    await this.client.invalidateQueries({ ...match, predicate: ({ state }) => !(state.error instanceof ApiError && state.error.status === 400) });
    const ended = performance.now();
    this.took.set(what, ended - started);
    this.ended.set(what, ended);
    this.busy.delete(what);
    const again = this.again.get(what);
    this.again.delete(what);
    if (again !== undefined && !this.stopped) this.ask(what, again);
  }

  stop(): void {
    this.stopped = true;
    for (const { timer } of this.due.values()) clearTimeout(timer);
    this.due.clear();
  }
}

/** Follows a run while its page is open and visible, and writes what happens into the query cache. */
export function useRunStream(run: string, status: RunStatus | undefined): void {
  const client = useQueryClient();
  const live = status === "running";
  useEffect(() => {
    if (!live) return;
    if (shareOf(run)) {
      // a stream carries no link: what is seen through one is asked for now and then
      const timer = setInterval(() => !document.hidden && void client.invalidateQueries(allOf(run)), 4_000);
      return () => clearInterval(timer);
    }
    const refresher = new Refresher(client, run);
    client.setQueryDefaults(liveLogKey(run), liveLogQuery(run));
    let source: EventSource | null = null;
    let waiting: Recorded[] = [];
    let flushing: ReturnType<typeof setTimeout> | undefined;

    const flush = () => {
      flushing = undefined;
      const news = waiting;
      waiting = [];
      client.setQueryData<LiveLog>(liveLogKey(run), (before) => append(before, news));
    };
    const open = () => {
      const after = client.getQueryData<LiveLog>(liveLogKey(run))?.next;
      source = new EventSource(url(`/runs/${run}/events`, after === undefined ? {} : { after: after - 1 }));
      // a stream that is there is an answer of the server too
      source.addEventListener("open", () => answered());
      source.addEventListener("entry", (message) => {
        const entry = JSON.parse((message as MessageEvent<string>).data) as Recorded;
        waiting.push(entry);
        flushing ??= setTimeout(flush, 100);
        const kind = entry.event;
        for (const what of STALE_BY[kind] ?? []) refresher.ask(what, 40);
        if (kind === "trial_finished") for (const what of BY_TRIAL) refresher.ask(what, what === "matrix" ? 4000 : 1500);
      });
      source.addEventListener("progress", (message) => {
        const progress = JSON.parse((message as MessageEvent<string>).data) as Progress;
        client.setQueryData<RunDetail>(runQuery(run).queryKey, (before) => before && { ...before, progress });
      });
      source.addEventListener("end", () => {
        source?.close();
        void client.invalidateQueries(allOf(run));
      });
    };
    // a hidden page gives its connection back: browsers allow few to one server
    const onVisibility = () => {
      if (document.hidden) {
        source?.close();
        source = null;
      } else if (!source) {
        open();
        void client.invalidateQueries(allOf(run));
      }
    };
    if (!document.hidden) open();
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      document.removeEventListener("visibilitychange", onVisibility);
      source?.close();
      refresher.stop();
      clearTimeout(flushing);
    };
  }, [client, run, live]);
}

export function append(before: LiveLog | undefined, news: Recorded[]): LiveLog {
  const next = before?.next ?? 0;
  const fresh = news.filter((entry) => entry.seq >= next);
  const last = fresh.at(-1);
  return { entries: [...(before?.entries ?? []), ...fresh].slice(-KEPT), next: last ? last.seq + 1 : next };
}
