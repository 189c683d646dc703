import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { useSession } from "@/app/useSession";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Select } from "@/components/Select";
import { TextField } from "@/components/TextField";
import { toast } from "@/components/toasts";

/** The same run anew: in this workspace or another, with another seed where wanted. */
export function CloneDialog({ run, workspace, onClose }: { run: string; workspace: string; onClose: () => void }) {
  const session = useSession();
  const client = useQueryClient();
  const [target, setTarget] = useState(workspace);
  const [seed, setSeed] = useState("");
  const targets = session.workspaces.filter((one) => one.actions.includes("create_runs"));
  const clone = useMutation({
    mutationFn: () => api.post<{ run: string }>(`/runs/${run}/clone`, { workspace: target, start: false, ...(seed ? { seed: Number(seed) } : {}) }),
    onSuccess: (made) => {
      onClose();
      toast(`${run} is cloned: run ${made.run} waits, paused.`, { run: made.run });
      void client.invalidateQueries({ queryKey: ["runs"] });
    },
  });
  return (
    <Dialog open title={`Clone ${run}`} onClose={onClose} actions={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" busy={clone.isPending} onClick={() => clone.mutate()}>Clone, paused</Button></>}>
      <div className="flex flex-col gap-3">
        <Select label="Into workspace" value={target} options={targets.map((one) => [one.id, one.name] as const)} onChange={setTarget} />
        <TextField label="Random seed" type="number" min={0} placeholder="the same" hint="The same seed and the same answers give the same run." value={seed} onChange={setSeed} />
        {clone.error ? <ErrorNote error={clone.error} /> : null}
      </div>
    </Dialog>
  );
}
