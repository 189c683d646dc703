import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState } from "react";
import { url } from "@/api/client";
import type { Recorded } from "@/api/types";
import { liveLogKey, type LiveLog } from "@/api/useRunStream";
import { buttonClass } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { InlineSelect } from "@/components/InlineSelect";
import { Loading } from "@/components/Loading";
import { TextField } from "@/components/TextField";
import { count, moment } from "@/lib/format";
import { describe, KINDS } from "./describe";
import { journalQuery } from "./journalQuery";

/** Every event of the run with its reason, live. */
export function LogTab() {
  const { run } = useParams({ from: "/runs/$run/log" });
  const { kind = "", find = "" } = useSearch({ from: "/runs/$run/log" });
  const navigate = useNavigate({ from: "/runs/$run/log" });
  const journal = useQuery(journalQuery(run));
  const live = useQuery<LiveLog>({ queryKey: liveLogKey(run), queryFn: () => ({ entries: [], next: 0 }), enabled: false });
  const entries = useMemo(() => join(journal.data ?? [], live.data?.entries ?? []), [journal.data, live.data]);
  const shown = useMemo(() => {
    const words = find.toLowerCase();
    const kinds = KINDS.find((one) => one.name === kind)?.events;
    return entries.filter((entry) => (!kinds || kinds.includes(entry.event)) && (!words || describe(entry).text.toLowerCase().includes(words) || entry.event.includes(words)));
  }, [entries, kind, find]);
  const box = useRef<HTMLDivElement>(null);
  const [follow, setFollow] = useState(true);
  const virtual = useVirtualizer({ count: shown.length, getScrollElement: () => box.current, estimateSize: () => 26, overscan: 20, measureElement: (element) => element.getBoundingClientRect().height });
  useEffect(() => {
    if (follow && shown.length) virtual.scrollToIndex(shown.length - 1, { align: "end" });
  }, [follow, shown.length, virtual]);
  const [open, setOpen] = useState<number | null>(null);
  if (journal.isPending) return <Loading what="Reading the journal" />;
  if (journal.error) return <div className="p-6"><ErrorNote error={journal.error} retry={() => void journal.refetch()} /></div>;
  const set = (change: { kind?: string; find?: string }) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <div className="flex min-h-0 flex-1 flex-col px-4 py-4 sm:px-6">
      <div className="mb-2 flex flex-wrap items-end gap-3">
        <div className="w-64"><TextField label="Find" value={find} data-filter onChange={(find) => set({ find: find || undefined })} /></div>
        <InlineSelect label="Show" value={kind} options={[["", "everything"], ...KINDS.map((one) => [one.name, one.name] as const)]} onChange={(kind) => set({ kind: kind || undefined })} />
        <label className="flex min-h-7 items-center gap-1.5 text-small text-muted"><input type="checkbox" className="accent-[var(--accent)]" checked={follow} onChange={(event) => setFollow(event.target.checked)} /> follow</label>
        <span className="ml-auto text-muted">{count(shown.length)} of {count(entries.length)} entries</span>
        <a className={buttonClass()} href={url(`/runs/${run}/export`, { format: "journal" })} download>Download</a>
      </div>
      <div ref={box} tabIndex={0} role="log" aria-label="Events" aria-live="off" className="h-[60vh] min-h-72 overflow-auto border-t border-hairline lg:h-[calc(100vh-310px)]" onWheel={() => setFollow(false)}>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const entry = shown[item.index];
            if (!entry) return null;
            const { text, tone, name } = describe(entry);
            return (
              <div key={entry.seq} data-index={item.index} ref={virtual.measureElement} className="absolute w-full border-b border-rule py-[3px]" style={{ transform: `translateY(${item.start}px)` }}>
                <button type="button" aria-expanded={open === entry.seq} className="flex w-full gap-3 text-left" onClick={() => setOpen(open === entry.seq ? null : entry.seq)}>
                  <span className="w-12 shrink-0 text-right text-small text-muted">{entry.seq}</span>
                  <time className="hidden w-16 shrink-0 text-small text-muted sm:block" title={moment(entry.at)} dateTime={new Date(entry.at).toISOString()}>{new Date(entry.at).toISOString().slice(11, 19)}</time>
                  <span className={`w-24 shrink-0 ${tone === "accent" ? "text-accent" : tone === "lost" ? "text-lost" : tone === "quiet" ? "text-muted" : ""}`}>{name}</span>
                  <span className={`min-w-0 flex-1 truncate ${tone === "quiet" ? "text-muted" : ""}`}>{text}</span>
                </button>
                {open === entry.seq ? <pre className="prompt mt-1 mb-2 ml-16 max-h-96 overflow-auto">{JSON.stringify(entry, null, 2)}</pre> : null}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function join(read: Recorded[], live: Recorded[]): Recorded[] {
  const last = read.at(-1)?.seq ?? -1;
  return [...read, ...live.filter((entry) => entry.seq > last)];
}
