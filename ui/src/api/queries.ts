import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { batched } from "./batch";
import { api, setCsrf } from "./client";
import { setConnection } from "./connection";
import type * as T from "./types";

/** Every question to the server, with its key: the first word is the resource, the second its id. */

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async ({ signal }) => {
    const session = await api.get<T.Session>("/session", undefined, signal);
    setCsrf(session.csrf);
    if (session.user || session.mode !== "accounts") setConnection({ expired: false });
    return session;
  },
  staleTime: 60_000,
});

export const runsQuery = (workspace: string, filter: string, order: string) =>
  infiniteQueryOptions({
    queryKey: ["runs", workspace, filter, order],
    queryFn: ({ pageParam, signal }) =>
      api.get<T.Page<T.RunSummary>>(`/workspaces/${workspace}/runs`, { filter, order, cursor: pageParam, limit: 200 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
    // a list of runs has no stream of its own; the more of it was read, the rarer it is read again
    refetchInterval: (query) => {
      const pages = query.state.data?.pages ?? [];
      const live = pages.some((page) => page.items.some((run) => run.status === "running"));
      return (live ? 2_500 : 15_000) * Math.max(1, pages.length);
    },
  });

export const deletedRunsQuery = (workspace: string) =>
  queryOptions({
    queryKey: ["runs", workspace, "deleted"],
    queryFn: ({ signal }) => api.get<T.Page<T.RunSummary>>(`/workspaces/${workspace}/runs`, { deleted: true, limit: 100 }, signal),
  });

/** The newest searches of a workspace, for choosing one. */
export const searchesQuery = (workspace: string) =>
  queryOptions({
    queryKey: ["runs", workspace, "searches"],
    queryFn: async ({ signal }) => {
      const page = await api.get<T.Page<T.RunSummary>>(`/workspaces/${workspace}/runs`, { limit: 100 }, signal);
      return { ...page, items: page.items.filter((run) => run.mode === "optimize") };
    },
  });

const ofRun = <R>(run: string, what: string, query?: Record<string, string | number | boolean | undefined>) =>
  queryOptions({
    queryKey: ["run", run, what, ...(query ? [query] : [])],
    queryFn: ({ signal }) => api.get<R>(`/runs/${run}${what ? `/${what}` : ""}`, query, signal),
  });

export const runQuery = (run: string) => ofRun<T.RunDetail>(run, "");
export const reportQuery = (run: string) => ofRun<T.RunReport>(run, "report");
export const specQuery = (run: string) => ({ ...ofRun<T.RunSpec>(run, "spec"), staleTime: Infinity });
export const runBudgetQuery = (run: string) => ofRun<T.RunBudget>(run, "budget");
export const curveQuery = (run: string) => ofRun<T.Curve>(run, "curve");

/** Of each workspace, who asks for the curves of its runs: rows that come to rest together ask with one request. */
const risesOf = new Map<string, (run: string) => Promise<T.Rise | null>>();
/** How the best score of a run of a list rose; null where the server tells nothing of it. */
export const riseQuery = (workspace: string, run: string) =>
  queryOptions({
    queryKey: ["rise", workspace, run],
    queryFn: () => {
      let rise = risesOf.get(workspace);
      if (!rise) {
        rise = batched(60, async (runs) => {
          const { items } = await api.get<T.Page<T.Rise>>(`/workspaces/${workspace}/curves`, { runs: runs.join(",") });
          return new Map(items.map((one) => [one.run, one]));
        });
        risesOf.set(workspace, rise);
      }
      return rise(run);
    },
  });
export const snapshotsQuery = (run: string) => ofRun<T.Page<T.Snapshot>>(run, "snapshots");
export const sharesQuery = (run: string) => ofRun<T.Page<T.Share>>(run, "shares");
export const commentsQuery = (run: string) => ofRun<T.Page<T.Comment>>(run, "comments");
export const candidateQuery = (run: string, candidate: string) => ofRun<T.CandidateDetail>(run, `candidates/${candidate}`);
export const diffQuery = (run: string, candidate: string, other: string) =>
  ofRun<T.CandidateDiff>(run, `candidates/${candidate}/diff`, { with: other });
/** The entries by which people steered a search. */
export const steersQuery = (run: string) =>
  queryOptions({
    queryKey: ["run", run, "steers"],
    queryFn: async ({ signal }) => (await api.text(`/runs/${run}/journal`, { events: "steered" }, signal)).split("\n").filter(Boolean).map((line) => JSON.parse(line) as T.Recorded),
    staleTime: 60_000,
  });
export const flipsQuery = (run: string, a: string, b: string, split: T.Split) => ofRun<T.Flips>(run, "flips", { a, b, split, limit: 500 });
export const generationsQuery = (run: string) => ofRun<T.Page<T.Generation>>(run, "generations");
export const trialsQuery = (run: string, candidate: string, example: number) =>
  ofRun<T.Page<T.TrialRow>>(run, `candidates/${candidate}/trials`, { example, limit: 100 });
export const trialQuery = (run: string, seq: number) => ({ ...ofRun<T.TrialDetail>(run, `trials/${seq}`), staleTime: Infinity });
export const matrixQuery = (run: string, split: T.Split) => ofRun<T.Matrix>(run, "matrix", { split });
export const examplesQuery = (run: string, ids: number[]) => ofRun<T.Page<T.ExampleRow>>(run, "examples", { ids: ids.join(",") });

export const candidatesQuery = (run: string, filter: string, sort: string, desc: boolean) =>
  infiniteQueryOptions({
    queryKey: ["run", run, "candidates", { filter, sort, desc }],
    queryFn: ({ pageParam, signal }) =>
      api.get<T.Page<T.Row>>(`/runs/${run}/candidates`, { filter, sort, desc, cursor: pageParam, limit: 500 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });

export interface LineageView {
  filter?: string;
  fold: boolean;
  unfolded: string[];
  branches: boolean;
}
export const lineageQuery = (run: string, view: LineageView) =>
  queryOptions({
    queryKey: ["run", run, "lineage", view],
    queryFn: async ({ signal }) => {
      const query = {
        filter: view.filter,
        fold: view.fold,
        unfolded: view.unfolded.join(","),
        branches: view.branches,
        most: 10_000,
        limit: 10_000,
      };
      return api.get<T.Lineage>(`/runs/${run}/lineage`, query, signal);
    },
    placeholderData: (before) => before,
    // the plate is drawn anew from every answer: comparing thousands of candidates with the last one costs more than it saves
    structuralSharing: false,
  });

export const compareQuery = (workspace: string, runs: string[]) =>
  queryOptions({
    queryKey: ["compare", workspace, runs],
    queryFn: ({ signal }) => api.get<T.Comparison>(`/workspaces/${workspace}/compare`, { runs: runs.join(",") }, signal),
    enabled: runs.length > 1,
  });

const ofWorkspace = <R>(workspace: string, what: string) =>
  queryOptions({
    queryKey: ["workspace", workspace, what],
    queryFn: ({ signal }) => api.get<R>(`/workspaces/${workspace}${what ? `/${what}` : ""}`, undefined, signal),
  });

export const workspaceQuery = (workspace: string) => ofWorkspace<T.Workspace>(workspace, "");
export const spentQuery = (workspace: string) => ofWorkspace<T.Bought>(workspace, "spent");
export const membersQuery = (workspace: string) => ofWorkspace<T.Page<T.Member>>(workspace, "members");
export const invitationsQuery = (workspace: string) => ofWorkspace<T.Page<T.Invitation>>(workspace, "invitations");
export const workspaceSharesQuery = (workspace: string) =>
  infiniteQueryOptions({
    queryKey: ["workspace", workspace, "shares"],
    queryFn: ({ pageParam, signal }) => api.get<T.Page<T.Share>>(`/workspaces/${workspace}/shares`, { cursor: pageParam, limit: 100 }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next ?? null,
  });
export const mentionsQuery = (workspace: string) => ofWorkspace<T.Page<T.Mention>>(workspace, "mentions");
export const keysQuery = (workspace: string) => ofWorkspace<T.Page<T.ProviderKey>>(workspace, "keys");
export const webhooksQuery = (workspace: string) => ofWorkspace<T.Page<T.Webhook>>(workspace, "webhooks");
export const deliveriesQuery = (workspace: string, webhook: string) => ({
  ...ofWorkspace<T.Page<T.Delivery>>(workspace, `webhooks/${webhook}/deliveries`),
  // what waits to be sent again is looked at again
  refetchInterval: 3_000,
});
export const libraryQuery = (workspace: string, kind: T.LibraryKind) => ofWorkspace<T.Page<T.LibraryItem>>(workspace, `library/${kind}`);
export const libraryItemQuery = (workspace: string, kind: T.LibraryKind, name: string) =>
  ofWorkspace<T.LibraryDetail>(workspace, `library/${kind}/${encodeURIComponent(name)}`);
export const libraryTextQuery = (workspace: string, kind: T.LibraryKind, name: string, version: number) => ({
  ...ofWorkspace<{ text: string }>(workspace, `library/${kind}/${encodeURIComponent(name)}/versions/${version}`),
  staleTime: Infinity,
});

export const tokensQuery = queryOptions({ queryKey: ["tokens"], queryFn: ({ signal }) => api.get<T.Page<T.ApiToken>>("/tokens", undefined, signal) });
export const usersQuery = queryOptions({ queryKey: ["users"], queryFn: ({ signal }) => api.get<T.Page<T.User>>("/users", undefined, signal) });
export const modelsQuery = queryOptions({
  queryKey: ["models"],
  queryFn: ({ signal }) => api.get<T.Page<T.Model>>("/models", undefined, signal),
  staleTime: 600_000,
});
