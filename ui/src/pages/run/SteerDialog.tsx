import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { toast } from "@/components/toasts";

/** Says what the search is to heed from now on, or what it must not change. */
export function SteerDialog({ run, onClose }: { run: string; onClose: () => void }) {
  const client = useQueryClient();
  const [words, setWords] = useState("");
  const [frozen, setFrozen] = useState("");
  const say = useMutation({
    mutationFn: async () => {
      if (words.trim()) await api.post(`/runs/${run}/feedback`, { text: words });
      if (frozen.trim()) await api.post(`/runs/${run}/freeze`, { text: frozen });
    },
    onSuccess: () => {
      toast("Heeded from the next proposal on.");
      void client.invalidateQueries({ queryKey: ["run", run] });
      onClose();
    },
  });
  return (
    <Dialog
      open
      title="Steer the search"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={say.isPending} disabled={!words.trim() && !frozen.trim()} onClick={() => say.mutate()}>Say so</Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <label className="block">
          <span className="mb-1 block text-small font-medium">Feedback</span>
          <textarea className="field" rows={4} placeholder="Answers have to name the unit." value={words} onChange={(event) => setWords(event.target.value)} />
          <span className="mt-1 block text-small text-muted">Whoever writes proposals reads it beside the task.</span>
        </label>
        <label className="block">
          <span className="mb-1 block text-small font-medium">Freeze a part of the prompt</span>
          <textarea className="field prompt" rows={3} spellCheck={false} value={frozen} onChange={(event) => setFrozen(event.target.value)} />
          <span className="mt-1 block text-small text-muted">Word for word as it stands in the first prompt; every later proposal keeps it.</span>
        </label>
        {say.error ? <ErrorNote error={say.error} /> : null}
      </div>
    </Dialog>
  );
}
