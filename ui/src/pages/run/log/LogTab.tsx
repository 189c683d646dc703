import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { url } from "@/api/client";
import { runQuery } from "@/api/queries";
import { useNames } from "@/api/useNames";
import { shareOf } from "@/api/share";
import { liveLogQuery } from "@/api/useRunStream";
import { Button, buttonClass } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { InlineSelect } from "@/components/InlineSelect";
import { Loading } from "@/components/Loading";
import { count, plural } from "@/lib/format";
import { describe, KINDS } from "./describe";
import { Entries } from "./Entries";
import { journalQuery } from "./journalQuery";
import { joined, meeting } from "./pages";

/** Every event of the run with its reason, live. Only the end is read at first; what is older comes when it is asked for. */
export function LogTab() {
  const { run } = useParams({ from: "/runs/$run/log" });
  const { kind = "", find = "" } = useSearch({ from: "/runs/$run/log" });
  const navigate = useNavigate({ from: "/runs/$run/log" });
  const { data: detail } = useSuspenseQuery(runQuery(run));
  const live = useQuery(liveLogQuery(run));
  // the end as it was when the page was opened: what comes later is in the live log
  const [length, setLength] = useState(() => Math.max(detail.length, live.data?.next ?? 0));
  const meets = meeting(length, live.data?.entries ?? []);
  if (meets !== length) setLength(meets);
  const events = KINDS.find((one) => one.name === kind)?.events;
  const journal = useInfiniteQuery(journalQuery(run, length, events));
  const { entries, gap } = useMemo(() => joined(journal.data?.pages ?? [], live.data?.entries ?? []), [journal.data, live.data]);
  const names = useNames(detail.workspace, !shareOf(run));
  const shown = useMemo(() => {
    const words = find.toLowerCase();
    return entries.filter((entry) => (!events || events.includes(entry.event)) && (!words || describe(entry, names).text.toLowerCase().includes(words) || entry.event.includes(words)));
  }, [entries, events, find, names]);
  const [follow, setFollow] = useState(true);
  if (journal.isPending) return <Loading what="Reading the journal" />;
  if (journal.error) return <div className="p-6"><ErrorNote error={journal.error} retry={() => void journal.refetch()} /></div>;
  const from = journal.data.pages[0]?.from ?? 0;
  const total = Math.max(detail.length, (entries.at(-1)?.seq ?? -1) + 1);
  const set = (change: { kind?: string; find?: string }) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const older = () => {
    if (journal.hasPreviousPage && !journal.isFetchingPreviousPage) void journal.fetchPreviousPage();
  };
  return (
    <div className="flex min-h-0 flex-1 flex-col px-4 py-4 sm:px-6">
      <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-2">
        <label className="flex w-full items-center gap-1.5 text-small text-muted sm:w-72">Find <input className="field !min-h-7 !py-0.5" value={find} data-filter onChange={(event) => set({ find: event.target.value || undefined })} /></label>
        <InlineSelect label="Show" value={kind} options={[["", "everything"], ...KINDS.map((one) => [one.name, one.name] as const)]} onChange={(kind) => set({ kind: kind || undefined })} />
        <label className="flex min-h-7 items-center gap-1.5 text-small text-muted"><input type="checkbox" className="accent-[var(--accent)]" checked={follow} onChange={(event) => setFollow(event.target.checked)} /> follow</label>
        <span className="text-muted sm:ml-auto">{count(shown.length)} shown of {count(total)} entries</span>
        {shareOf(run) ? null : <a className={buttonClass()} href={url(`/runs/${run}/export`, { format: "journal" })} download>Download</a>}
      </div>
      {from > 0 ? (
        <p className="mb-1 flex items-center gap-3 text-muted">
          {find || events ? `Looked through from entry ${count(from)} on.` : `${plural(from, "older entry", "older entries")}.`}
          <Button busy={journal.isFetchingPreviousPage} onClick={older}>{find || events ? "Look through older ones" : "Read older ones"}</Button>
        </p>
      ) : null}
      {!gap && detail.length > length && !live.data?.entries.length ? <p className="mb-1 flex items-center gap-3 text-muted">{plural(detail.length - length, "newer entry", "newer entries")}.<Button onClick={() => setLength(detail.length)}>Read them</Button></p> : null}
      {gap ? <p className="mb-1 flex items-center gap-3 text-muted">{plural(gap.missing, "entry", "entries")} behind {count(gap.after)} {gap.missing === 1 ? "is" : "are"} not here.<Button onClick={() => setLength(total)}>Read anew from the end</Button></p> : null}
      <Entries entries={shown} names={names} follow={follow} onLetGo={() => setFollow(false)} onTop={older} />
    </div>
  );
}
