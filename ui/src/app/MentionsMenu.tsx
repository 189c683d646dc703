import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { mentionsQuery } from "@/api/queries";
import { Dialog } from "@/components/Dialog";
import { ago, moment } from "@/lib/format";

const SEEN = "mentions-seen:";
const seenUntil = (workspace: string) => {
  try {
    return Number(localStorage.getItem(SEEN + workspace) ?? 0);
  } catch {
    return 0;
  }
};

/** The comments in which somebody named whoever is signed in; how many are new stands on the button. */
export function MentionsMenu({ workspace }: { workspace: string }) {
  const mentions = useQuery({ ...mentionsQuery(workspace), refetchInterval: 60_000, retry: false });
  const [open, setOpen] = useState(false);
  const [seen, setSeen] = useState<Record<string, number>>({});
  const until = seen[workspace] ?? seenUntil(workspace);
  const items = mentions.data?.items ?? [];
  const fresh = items.filter((one) => one.comment.at > until).length;
  if (!items.length) return null;
  const show = () => {
    const newest = items[0]?.comment.at ?? 0;
    setOpen(true);
    setSeen({ ...seen, [workspace]: newest });
    try {
      localStorage.setItem(SEEN + workspace, String(newest));
    } catch {
      // the number comes back with the next visit
    }
  };
  return (
    <>
      <button type="button" className={`rounded px-2 min-h-7 hover:bg-hover ${fresh ? "font-semibold text-accent" : "text-muted hover:text-ink"}`} aria-label={fresh ? `Mentions, ${fresh} new` : "Mentions"} onClick={show}>@{fresh || ""}</button>
      <Dialog open={open} title="You were named" onClose={() => setOpen(false)}>
        <ul>
          {items.map(({ run, comment }) => {
            const candidate = comment.candidate === null ? undefined : String(comment.candidate).replace(/^c?/, "c");
            return (
              <li key={comment.id} className="border-b border-rule py-2">
                <span className="font-medium">{comment.name || comment.by}</span> <span className="text-small text-muted" title={moment(comment.at)}>{ago(comment.at)}</span>{" "}
                <Link to="/runs/$run" params={{ run }} search={{ node: candidate }} className="link font-mono text-small" onClick={() => setOpen(false)}>{run}{candidate ? ` ${candidate}` : ""}</Link>
                <p className="break-words whitespace-pre-wrap" dir="auto">{comment.text}</p>
              </li>
            );
          })}
        </ul>
      </Dialog>
    </>
  );
}
