import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Toasts } from "@/components/Toasts";
import { setTheme, useTheme } from "@/lib/theme";
import { CommandPalette } from "./CommandPalette";
import { ExpiredDialog } from "./ExpiredDialog";
import { GoneBanner } from "./GoneBanner";
import { Mark } from "./Mark";
import { MentionsMenu } from "./MentionsMenu";
import { Presence } from "./Presence";
import { ShortcutSheet } from "./ShortcutSheet";
import { typing } from "./shortcuts";
import { ThemeSwitch } from "./ThemeSwitch";
import { DropBundle } from "./DropBundle";
import { useMay, useSession } from "./useSession";
import { UserMenu } from "./UserMenu";
import { useCurrentWorkspace } from "./useCurrentWorkspace";

/** The frame of every page: name, workspace, navigation, and what lies over all pages. */
export function Shell() {
  const session = useSession();
  const workspace = useCurrentWorkspace();
  // who is alone on a server sees nobody come and is named by nobody
  const together = session.mode === "accounts" && session.workspaces.some((one) => one.id === workspace) ? workspace : undefined;
  const mayCreate = useMay(workspace)("create_runs");
  const navigate = useNavigate();
  const theme = useTheme();
  const bare = useRouterState({ select: (state) => ["/sign-in", "/join", "/shared"].includes(state.location.pathname) });
  // the plate fills what is left of the window; other pages scroll
  const fills = useRouterState({ select: (state) => state.matches.at(-1)?.routeId === "/runs/$run/" });
  const [palette, setPalette] = useState(false);
  const [sheet, setSheet] = useState(false);
  const lead = useRef(0);

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPalette((before) => !before);
        return;
      }
      if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const follows = Date.now() - lead.current < 1000;
      lead.current = 0;
      if (event.key === "?") setSheet(true);
      else if (event.key === "t") setTheme(theme === "dark" ? "light" : "dark");
      else if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("[data-filter]");
        if (field) {
          event.preventDefault();
          field.focus();
        }
      } else if (event.key === "g") lead.current = Date.now();
      else if (follows && event.key === "r" && workspace) void navigate({ to: "/w/$ws", params: { ws: workspace } });
      else if (follows && event.key === "n" && workspace && mayCreate) void navigate({ to: "/w/$ws/new", params: { ws: workspace } });
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [navigate, theme, workspace, mayCreate]);

  return (
    <div className={`flex min-h-screen flex-col ${fills ? "lg:h-screen lg:min-h-[640px]" : ""}`}>
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:bg-panel focus:p-2">Skip to the content</a>
      <GoneBanner />
      {bare ? null : (
        <header className="flex min-h-12 flex-wrap items-center gap-x-5 gap-y-1 border-b border-hairline px-4 sm:px-6">
          <Link to="/" className="flex items-center gap-2 py-2">
            <Mark />
            <span className="font-serif text-[1.3125rem]">Promptclade</span>
          </Link>
          {workspace ? (
            <nav aria-label="Main" className="order-3 -mx-1 flex w-full justify-between gap-1 overflow-x-auto max-sm:gap-0 md:order-none md:w-auto">
              <NavLink to={`/w/${workspace}`} exact>Runs</NavLink>
              <NavLink to={`/w/${workspace}/branches`}>Branches</NavLink>
              {mayCreate ? <NavLink to={`/w/${workspace}/playground`}>Playground</NavLink> : null}
              <NavLink to={`/w/${workspace}/prompts`}>Prompts</NavLink>
              <NavLink to={`/w/${workspace}/datasets`}>Datasets</NavLink>
              <NavLink to={`/w/${workspace}/settings`}>{session.mode === "accounts" ? "Workspace" : "Settings"}</NavLink>
            </nav>
          ) : null}
          <div className="ml-auto flex items-center gap-1">
            {together ? <><Presence workspace={together} /><MentionsMenu workspace={together} /></> : null}
            <button type="button" className="rounded px-2 min-h-7 text-muted hover:bg-hover hover:text-ink" onClick={() => setPalette(true)} aria-label="Commands, Ctrl K">
              <kbd className="font-mono text-small">Ctrl K</kbd>
            </button>
            <button type="button" className="rounded px-2 min-h-7 text-muted hover:bg-hover hover:text-ink" aria-label="Keys" onClick={() => setSheet(true)}>?</button>
            <ThemeSwitch />
            <UserMenu workspace={workspace} />
          </div>
        </header>
      )}
      <main id="main" className="flex min-h-0 flex-1 flex-col">
        {workspace && mayCreate ? <DropBundle workspace={workspace}><Outlet /></DropBundle> : <Outlet />}
      </main>
      <CommandPalette workspace={workspace} open={palette} onClose={() => setPalette(false)} />
      <ShortcutSheet open={sheet} onClose={() => setSheet(false)} />
      <ExpiredDialog />
      <Toasts />
    </div>
  );
}

function NavLink({ to, exact, children }: { to: string; exact?: boolean; children: string }) {
  return (
    <Link to={to} activeOptions={{ exact: Boolean(exact) }} className="rounded px-2 py-1.5 text-muted max-sm:px-1 max-sm:text-small hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink">
      {children}
    </Link>
  );
}
