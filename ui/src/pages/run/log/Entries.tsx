import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Recorded } from "@/api/types";
import { clock, moment } from "@/lib/format";
import { describe, type Names } from "./describe";

interface Props {
  entries: readonly Recorded[];
  names: Names;
  /** Whether the newest stays in view. */
  follow: boolean;
  onLetGo: () => void;
  /** Is called where somebody scrolls to the oldest that is here. */
  onTop: () => void;
}

const ROW = 26;

/** Entries of a journal; only what is on screen is in the page. What comes in above moves nothing that is looked at. */
export function Entries({ entries, names, follow, onLetGo, onTop }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: entries.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    getItemKey: (index) => entries[index]?.seq ?? index,
    overscan: 20,
    measureElement: (element) => element.getBoundingClientRect().height,
  });
  const [open, setOpen] = useState<number | null>(null);
  const first = entries[0]?.seq;
  const before = useRef({ first, length: entries.length });
  useLayoutEffect(() => {
    const added = entries.length - before.current.length;
    const grewAbove = first !== undefined && before.current.first !== undefined && first < before.current.first;
    if (grewAbove && added > 0 && !follow && box.current) box.current.scrollTop += added * ROW;
    before.current = { first, length: entries.length };
  }, [entries.length, first, follow]);
  useEffect(() => {
    if (follow && entries.length) virtual.scrollToIndex(entries.length - 1, { align: "end" });
  }, [follow, entries.length, virtual]);
  return (
    <div
      ref={box}
      tabIndex={0}
      role="log"
      aria-label="Events"
      aria-live="off"
      className="h-[60vh] min-h-72 overflow-auto border-t border-hairline lg:h-[calc(100vh-310px)]"
      onWheel={onLetGo}
      onKeyDown={(event) => ["PageUp", "ArrowUp", "Home"].includes(event.key) && onLetGo()}
      onScroll={() => !follow && box.current && box.current.scrollTop < ROW && onTop()}
    >
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((item) => {
          const entry = entries[item.index];
          if (!entry) return null;
          const { text, tone, name } = describe(entry, names);
          return (
            <div key={entry.seq} data-index={item.index} ref={virtual.measureElement} className="absolute w-full border-b border-rule py-[3px]" style={{ transform: `translateY(${item.start}px)` }}>
              <button type="button" aria-expanded={open === entry.seq} className="flex w-full items-baseline gap-3 text-left" onClick={() => setOpen(open === entry.seq ? null : entry.seq)}>
                <span className="w-12 shrink-0 text-right text-small text-muted">{entry.seq}</span>
                <time className="hidden w-16 shrink-0 text-small text-muted sm:block" title={moment(entry.at)} dateTime={new Date(entry.at).toISOString()}>{clock(entry.at)}</time>
                <span className={`w-24 shrink-0 ${tone === "accent" ? "text-accent" : tone === "lost" ? "text-lost" : tone === "quiet" ? "text-muted" : ""}`}>{name}</span>
                <span className={`min-w-0 flex-1 truncate ${tone === "quiet" ? "text-muted" : ""}`}>{text}</span>
              </button>
              {open === entry.seq ? <pre className="prompt mt-1 mb-2 ml-16 max-h-96 overflow-auto">{JSON.stringify(entry, null, 2)}</pre> : null}
            </div>
          );
        })}
      </div>
    </div>
  );
}
