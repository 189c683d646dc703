import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { sharesQuery } from "@/api/queries";
import type { ShareMade } from "@/api/types";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Select } from "@/components/Select";
import { TextField } from "@/components/TextField";
import { useSave } from "@/components/useSave";
import { moment } from "@/lib/format";

const TIMES = [["24", "a day"], ["168", "a week"], ["720", "30 days"], ["2160", "90 days"]] as const;
type Hours = (typeof TIMES)[number][0];

/** Links that show this run to whoever has them, until they expire or are taken back. */
export function ShareDialog({ run, onClose }: { run: string; onClose: () => void }) {
  const shares = useQuery(sharesQuery(run));
  const keys = [sharesQuery(run).queryKey];
  const [hours, setHours] = useState<Hours>("168");
  const [note, setNote] = useState("");
  const [link, setLink] = useState<{ href: string; id: string } | null>(null);
  const make = useSave(() => api.post<ShareMade>(`/runs/${run}/shares`, { hours: Number(hours), note }), {
    keys,
    after: (made) => {
      // the page of this tab knows best under which name it is reached
      setLink({ href: new URL(new URL(made.link, location.origin).pathname + new URL(made.link, location.origin).hash, location.origin).href, id: made.share.id });
      setNote("");
    },
  });
  const remove = useSave((id: string) => api.delete(`/runs/${run}/shares/${id}`), {
    keys,
    done: "The link shows nothing any more.",
    after: (_, id) => setLink((shown) => (shown?.id === id ? null : shown)),
  });
  return (
    <Dialog open wide title="Share this run" onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      <p className="mb-3 text-muted">Whoever has a link sees this run without signing in: prompts, data, answers, family tree and evidence. They can do nothing, and see nothing else of the workspace.</p>
      <form className="grid items-end gap-3 sm:grid-cols-[10rem_1fr_auto]" onSubmit={(event) => { event.preventDefault(); make.mutate(undefined); }}>
        <Select label="Good for" value={hours} options={TIMES} onChange={setHours} />
        <TextField label="Note" placeholder="for whom" maxLength={1000} value={note} onChange={setNote} />
        <Button type="submit" kind="primary" busy={make.isPending}>Make a link</Button>
      </form>
      {make.error ? <div className="mt-3"><ErrorNote error={make.error} /></div> : null}
      {link ? (
        <div className="mt-3 rounded border border-accent p-3">
          <p>This is the link; it is shown this once.</p>
          <div className="mt-1 flex flex-wrap items-center gap-2"><code className="font-mono text-small break-all">{link.href}</code><CopyButton text={link.href} what="The link is copied." /></div>
        </div>
      ) : null}
      {shares.error ? <div className="mt-3"><ErrorNote error={shares.error} /></div> : null}
      {shares.data?.items.length ? (
        <table className="grid-table mt-4">
          <thead><tr><th scope="col">Note</th><th scope="col">By</th><th scope="col">Good until</th><th scope="col"><span className="sr-only">Actions</span></th></tr></thead>
          <tbody>
            {shares.data.items.map((one) => (
              <tr key={one.id}>
                <td dir="auto">{one.note || <span className="text-muted">no note</span>}</td><td>{one.name || one.by}{one.shows ? null : <span className="text-muted"> (no member: it shows nothing)</span>}</td><td>{moment(one.expires)}</td>
                <td className="num"><Button onClick={() => remove.mutate(one.id)}>Take back</Button></td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </Dialog>
  );
}
