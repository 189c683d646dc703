import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useLocation, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ApiError } from "@/api/ApiError";
import { runQuery } from "@/api/queries";
import { shareOf } from "@/api/share";
import { useRunStream } from "@/api/useRunStream";
import { offerCommands } from "@/app/commands";
import { typing } from "@/app/shortcuts";
import { DeletedNote } from "./DeletedNote";
import { RunHeader } from "./RunHeader";
import { SharedNote } from "./SharedNote";

const TABS = [["/runs/$run", "Lineage"], ["/runs/$run/fitness", "Fitness"], ["/runs/$run/candidates", "Candidates"], ["/runs/$run/examples", "Examples"], ["/runs/$run/evidence", "Evidence"], ["/runs/$run/log", "Log"]] as const;

/** A run: its header, its tabs, and the stream that keeps them fresh. */
export function RunPage() {
  const { run } = useParams({ from: "/runs/$run" });
  const navigate = useNavigate();
  const { data: detail } = useSuspenseQuery(runQuery(run));
  // where no stream reports (another process works on the run, or somebody deletes it or takes it up again), look again now and then
  const again = useQuery({ ...runQuery(run), refetchInterval: (query) => (query.state.data?.run.status === "running" ? 10_000 : 5_000) });
  // who is no member any more, or whose link was taken back, sees nothing further
  if (again.error instanceof ApiError && ([403, 404, 410].includes(again.error.status) || (again.error.status === 401 && shareOf(run)))) throw again.error;
  useRunStream(run, detail.run.status);
  useEffect(() => {
    document.title = `${detail.run.description || run} · Promptclade`;
    return () => {
      document.title = "Promptclade";
    };
  }, [detail.run.description, run]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const tab = TABS[Number(event.key) - 1];
      if (tab) void navigate({ to: tab[0], params: { run } });
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [navigate, run]);
  useEffect(() => offerCommands("tabs", TABS.map(([to, name], at) => ({ id: `tab-${at}`, text: `This run: ${name}`, hint: String(at + 1), run: () => void navigate({ to, params: { run } }) }))), [navigate, run]);
  // in a window that is short, as at 200 % zoom, the header alone would fill it: what was chosen comes into view
  const tabs = useRef<HTMLElement>(null);
  const path = useLocation({ select: (location) => location.pathname });
  useEffect(() => {
    if (!matchMedia("(max-height: 28rem)").matches) return;
    const timer = setTimeout(() => tabs.current?.scrollIntoView({ block: "start" }), 150);
    return () => clearTimeout(timer);
  }, [path]);
  return (
    <>
      {shareOf(run) ? <SharedNote run={run} /> : null}
      {detail.run.deleted ? <DeletedNote detail={detail} /> : null}
      <RunHeader detail={detail} />
      <nav ref={tabs} aria-label="Views of this run" className="flex gap-5 max-sm:justify-between max-sm:gap-2 max-sm:text-small overflow-x-auto overflow-y-hidden border-b border-hairline px-4 sm:px-6">
        {TABS.map(([to, name]) => (
          <Link key={to} to={to} params={{ run }} preload="render" activeOptions={{ exact: true, includeSearch: false }} className="border-b-2 border-transparent py-2 text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-semibold aria-[current=page]:text-ink">
            {name}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
