import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { snapshotsQuery } from "@/api/queries";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { TextField } from "@/components/TextField";
import { ago, count, moment } from "@/lib/format";
import { keptWords } from "@/pages/run/log/describe";
import type { SnapshotTaken } from "@/api/types";

/** Names the run's position now, so that a branch can start from it later. */
export function SnapshotDialog({ run, onClose }: { run: string; onClose: () => void }) {
  const client = useQueryClient();
  const snapshots = useQuery(snapshotsQuery(run));
  const [name, setName] = useState("");
  const save = useMutation({
    mutationFn: () => api.post<SnapshotTaken>(`/runs/${run}/snapshots`, name.trim() ? { name: name.trim() } : {}),
    onSuccess: () => {
      setName("");
      void client.invalidateQueries({ queryKey: snapshotsQuery(run).queryKey });
    },
  });
  return (
    <Dialog open title="Snapshots" onClose={onClose} actions={<><Button onClick={onClose}>Close</Button><Button kind="primary" busy={save.isPending} onClick={() => save.mutate()}>Take a snapshot</Button></>}>
      <p className="mb-3 text-muted">A snapshot names this moment of the run. Branch starts from one by its name.</p>
      <TextField label="Name" placeholder="chosen for you if empty" value={name} onChange={setName} />
      {save.data?.sandboxes ? <p role="status" className="mt-3 text-muted">Kept: {keptWords(save.data.sandboxes)}.</p> : null}
      {save.error ? <ErrorNote error={save.error} className="mt-3" /> : null}
      {snapshots.data?.items.length ? (
        <table className="grid-table mt-4">
          <thead><tr><th scope="col">Name</th><th scope="col" className="num">Entries</th><th scope="col" className="num">Taken</th></tr></thead>
          <tbody>
            {snapshots.data.items.map((snapshot) => (
              <tr key={snapshot.name}><td className="font-mono text-small">{snapshot.name}</td><td className="num">{count(snapshot.length)}</td><td className="num text-muted" title={moment(snapshot.at)}>{ago(snapshot.at)}</td></tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </Dialog>
  );
}
