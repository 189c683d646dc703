import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { runsQuery } from "@/api/queries";
import { setTheme } from "@/lib/theme";
import { matches, useOfferedCommands, type Command } from "./commands";
import { useMay, useSession } from "./useSession";

/** Ctrl or Cmd K: pages, runs and what the page offers, by a few letters. */
export function CommandPalette({ workspace, open, onClose }: { workspace: string | undefined; open: boolean; onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && ref.current && !ref.current.open) ref.current.showModal();
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={ref}
      aria-label="Commands"
      className="mx-auto mt-[12vh] w-[calc(100vw-32px)] max-w-xl rounded border border-hairline bg-panel p-0"
      onCancel={onClose}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <Palette workspace={workspace} onClose={onClose} />
    </dialog>
  );
}

function Palette({ workspace, onClose }: { workspace: string | undefined; onClose: () => void }) {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const commands = useCommands(workspace).filter((command) => matches(query, `${command.text} ${command.hint ?? ""}`)).slice(0, 40);
  const carryOut = (command: Command | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  return (
    <>
      <input
        autoFocus
        role="combobox"
        aria-label="Command or run"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={commands[at] ? `palette-${at}` : undefined}
        placeholder="Go to a run, a page, or do something"
        className="w-full border-b border-hairline bg-transparent px-4 py-3 text-lead outline-none"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(at + 1, commands.length - 1));
          else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
          else if (event.key === "Enter") carryOut(commands[at]);
          else return;
          event.preventDefault();
        }}
      />
      <ul id="palette-list" role="listbox" tabIndex={-1} aria-label="Commands" className="max-h-[50vh] overflow-auto py-1">
        {commands.map((command, number) => (
          <li
            key={command.id}
            id={`palette-${number}`}
            role="option"
            aria-selected={number === at}
            ref={number === at ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
            className={`flex cursor-pointer justify-between gap-4 px-4 py-1.5 ${number === at ? "bg-hover" : ""}`}
            onMouseMove={() => setAt(number)}
            onClick={() => carryOut(command)}
          >
            <span className="truncate">{command.text}</span>
            <span className="truncate text-muted">{command.hint}</span>
          </li>
        ))}
        {commands.length === 0 ? <li className="px-4 py-3 text-muted">Nothing has these letters.</li> : null}
      </ul>
    </>
  );
}

function useCommands(workspace: string | undefined): Command[] {
  const navigate = useNavigate();
  const session = useSession();
  const mayCreate = useMay(workspace)("create_runs");
  const offered = useOfferedCommands();
  const runs = useInfiniteQuery({ ...runsQuery(workspace ?? "", "", "updated"), enabled: Boolean(workspace), refetchInterval: false });
  return useMemo(() => {
    const go = (to: string) => () => void navigate({ to });
    const pages: Command[] = workspace
      ? [
          { id: "runs", text: "Runs", hint: "g r", run: go(`/w/${workspace}`) },
          ...(mayCreate ? [{ id: "new", text: "New run", hint: "g n", run: go(`/w/${workspace}/new`) }] : []),
          { id: "branches", text: "Branches and snapshots", run: go(`/w/${workspace}/branches`) },
          ...(mayCreate ? [{ id: "playground", text: "Playground", run: go(`/w/${workspace}/playground`) }] : []),
          { id: "prompts", text: "Prompts", run: go(`/w/${workspace}/prompts`) },
          { id: "datasets", text: "Datasets", run: go(`/w/${workspace}/datasets`) },
          { id: "settings", text: "Workspace settings", run: go(`/w/${workspace}/settings`) },
        ]
      : [];
    const others = session.workspaces.filter((one) => one.id !== workspace).map((one) => ({ id: `w-${one.id}`, text: `Workspace ${one.name}`, hint: one.role, run: go(`/w/${one.id}`) }));
    const themes = (["light", "dark", "system"] as const).map((theme) => ({ id: theme, text: `Theme: ${theme}`, run: () => setTheme(theme) }));
    const listed = runs.data?.pages.flatMap((page) => page.items) ?? [];
    const byRun = listed.map((run) => ({ id: run.run, text: run.description || run.run, hint: `${run.run}, ${run.status}`, run: go(`/runs/${run.run}`) }));
    return [...offered, ...pages, ...byRun, ...others, { id: "account", text: "Account and tokens", run: go("/account") }, ...themes];
  }, [workspace, navigate, session, mayCreate, offered, runs.data]);
}
