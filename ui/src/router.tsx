import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { lazyPage } from "./app/lazyPage";
import { otherPage } from "./app/otherPage";
import { PageError } from "./app/PageError";
import { preferredWorkspace, rememberWorkspace } from "./app/workspaceChoice";
import { Shell } from "./app/Shell";
import { runQuery, runsQuery, sessionQuery } from "./api/queries";
import { shareOfPath } from "./api/share";
import { Loading } from "./components/Loading";
import { RunsPage } from "./pages/runs/RunsPage";
import { flag, numberOf, optional, text, word } from "./lib/search";

interface Context {
  client: QueryClient;
}

/** Every page by its address; what a view shows beyond that stands in its search parameters. */
const root = createRootRouteWithContext<Context>()({
  component: Shell,
  errorComponent: PageError,
  beforeLoad: async ({ context, location }) => {
    const session = await context.client.ensureQueryData(sessionQuery);
    const open = location.pathname === "/sign-in" || location.pathname === "/join" || location.pathname === "/shared" || shareOfPath(location.pathname) !== null;
    if (session.mode === "accounts" && !session.user && !open) throw redirect({ to: "/sign-in", search: { to: location.href } });
    return { session };
  },
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: ({ context }) => {
    const ws = preferredWorkspace(context.session);
    if (ws) throw redirect({ to: "/w/$ws", params: { ws }, replace: true });
  },
  component: lazyPage(() => import("./pages/NoWorkspacePage"), "NoWorkspacePage"),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: optional((search) => ({ to: text(search.to), failed: text(search.failed) })),
  component: lazyPage(() => import("./pages/people/SignInPage"), "SignInPage"),
});
const join = createRoute({ getParentRoute: () => root, path: "/join", component: lazyPage(() => import("./pages/people/JoinPage"), "JoinPage") });
const shared = createRoute({ getParentRoute: () => root, path: "/shared", component: lazyPage(() => import("./pages/people/SharedPage"), "SharedPage") });
const account = createRoute({ getParentRoute: () => root, path: "/account", component: lazyPage(() => import("./pages/account/AccountPage"), "AccountPage") });
const people = createRoute({ getParentRoute: () => root, path: "/people", component: lazyPage(() => import("./pages/people/PeoplePage"), "PeoplePage") });

const readRunsSearch = optional((search) => ({ filter: text(search.filter), order: word(search.order, ["newest", "updated", "score", "cost"] as const) }));

const workspace = createRoute({
  getParentRoute: () => root,
  path: "/w/$ws",
  beforeLoad: ({ params }) => rememberWorkspace(params.ws),
});
export const runsRoute = createRoute({
  getParentRoute: () => workspace,
  path: "/",
  validateSearch: readRunsSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => void context.client.prefetchInfiniteQuery(runsQuery(params.ws, deps.filter ?? "", deps.order ?? "newest")),
  component: RunsPage,
});
const newRun = createRoute({
  getParentRoute: () => workspace,
  path: "/new",
  validateSearch: optional((search) => ({ prompt: text(search.prompt), dataset: text(search.dataset) })),
  component: lazyPage(() => import("./pages/new-run/NewRunPage"), "NewRunPage"),
});
const compare = createRoute({
  getParentRoute: () => workspace,
  path: "/compare",
  validateSearch: optional((search) => ({ runs: text(search.runs), x: word(search.x, ["calls", "usd"] as const), candidates: text(search.candidates) })),
  component: lazyPage(() => import("./pages/compare/ComparePage"), "ComparePage"),
});
const prompts = createRoute({
  getParentRoute: () => workspace,
  path: "/prompts",
  validateSearch: optional((search) => ({ name: text(search.name), version: numberOf(search.version), against: numberOf(search.against) })),
  component: lazyPage(() => import("./pages/library/LibraryPage"), "PromptsPage"),
});
const datasets = createRoute({
  getParentRoute: () => workspace,
  path: "/datasets",
  validateSearch: optional((search) => ({ name: text(search.name), version: numberOf(search.version), against: numberOf(search.against) })),
  component: lazyPage(() => import("./pages/library/LibraryPage"), "DatasetsPage"),
});
const branches = createRoute({ getParentRoute: () => workspace, path: "/branches", validateSearch: optional((search) => ({ chosen: text(search.chosen) })), component: lazyPage(() => import("./pages/branches/BranchesPage"), "BranchesPage") });
const playground = createRoute({ getParentRoute: () => workspace, path: "/playground", component: lazyPage(() => import("./pages/playground/PlaygroundPage"), "PlaygroundPage") });
const settings = createRoute({
  getParentRoute: () => workspace,
  path: "/settings",
  validateSearch: optional((search) => ({ section: word(search.section, ["general", "members", "keys", "budgets", "links", "webhooks", "audit"] as const) })),
  component: lazyPage(() => import("./pages/workspace/WorkspacePage"), "WorkspacePage"),
});

export const runRoute = createRoute({
  getParentRoute: () => root,
  path: "/runs/$run",
  loader: ({ context, params }) => context.client.ensureQueryData(runQuery(params.run)),
  pendingComponent: Loading,
  component: lazyPage(() => import("./pages/run/RunPage"), "RunPage"),
});
export const lineageRoute = createRoute({
  getParentRoute: () => runRoute,
  path: "/",
  validateSearch: optional((search) => ({
    filter: text(search.filter),
    node: text(search.node),
    color: word(search.color, ["score", "operator", "model", "status"] as const),
    rejected: word(search.rejected, ["yes", "no"] as const),
    unfold: text(search.unfold),
    branches: flag(search.branches),
    against: text(search.against),
    held: text(search.held),
    until: numberOf(search.until),
    view: word(search.view, ["plate", "table"] as const),
  })),
  component: lazyPage(() => import("./pages/run/lineage/LineageTab"), "LineageTab"),
});
export const fitnessRoute = createRoute({
  getParentRoute: () => runRoute,
  path: "/fitness",
  validateSearch: optional((search) => ({ x: word(search.x, ["calls", "usd", "tokens", "seconds", "generation"] as const), brush: text(search.brush), up: text(search.up), across: text(search.across), axes: text(search.axes) })),
  component: lazyPage(() => import("./pages/run/fitness/FitnessTab"), "FitnessTab"),
});
export const candidatesRoute = createRoute({
  getParentRoute: () => runRoute,
  path: "/candidates",
  validateSearch: optional((search) => ({
    filter: text(search.filter),
    sort: word(search.sort, ["low", "score", "generation", "cost", "id"] as const),
    asc: flag(search.asc),
    a: text(search.a),
    b: text(search.b),
  })),
  component: lazyPage(() => import("./pages/run/candidates/CandidatesTab"), "CandidatesTab"),
});
export const examplesRoute = createRoute({
  getParentRoute: () => runRoute,
  path: "/examples",
  validateSearch: optional((search) => ({
    split: word(search.split, ["train", "validation", "test"] as const),
    order: word(search.order, ["difficulty", "discrimination", "id"] as const),
    cell: text(search.cell),
    flips: text(search.flips),
  })),
  component: lazyPage(() => import("./pages/run/examples/ExamplesTab"), "ExamplesTab"),
});
const evidence = createRoute({ getParentRoute: () => runRoute, path: "/evidence", component: lazyPage(() => import("./pages/run/evidence/EvidenceTab"), "EvidenceTab") });
export const logRoute = createRoute({
  getParentRoute: () => runRoute,
  path: "/log",
  validateSearch: optional((search) => ({ kind: text(search.kind), find: text(search.find) })),
  component: lazyPage(() => import("./pages/run/log/LogTab"), "LogTab"),
});

const tree = root.addChildren([
  home,
  signIn,
  join,
  shared,
  account,
  people,
  workspace.addChildren([runsRoute, newRun, compare, prompts, datasets, branches, playground, settings]),
  runRoute.addChildren([lineageRoute, fitnessRoute, candidatesRoute, examplesRoute, evidence, logRoute]),
]);

export const createAppRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { client },
    scrollRestoration: otherPage(),
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageError,
    defaultPendingComponent: Loading,
    defaultNotFoundComponent: () => <PageError error={new Error("There is no page at this address.")} reset={() => undefined} />,
  });

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
