import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { candidateQuery } from "@/api/queries";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { TextField } from "@/components/TextField";
import { ComponentFields } from "./ComponentFields";

interface Props {
  run: string;
  /** Whose prompt is edited. */
  from: string;
  onClose: () => void;
  onAdded: (candidate: string) => void;
}

/** A candidate that is written by hand: it meets a sample of train examples, and validation with the finalists. */
export function WriteDialog({ run, from, onClose, onAdded }: Props) {
  const client = useQueryClient();
  const candidate = useQuery(candidateQuery(run, from));
  const [edits, setEdits] = useState<Record<string, string>>({});
  const [note, setNote] = useState("");
  const add = useMutation({
    mutationFn: () => api.post<{ candidate: string }>(`/runs/${run}/candidates`, { parent: from, components: edits, note }),
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["run", run] });
      onAdded(made.candidate);
    },
  });
  return (
    <Dialog
      open
      wide
      title={`Edit ${from} and add it`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={add.isPending} disabled={Object.keys(edits).length === 0} onClick={() => add.mutate()}>Add the candidate</Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-muted">Your prompt joins this search. It is evaluated on a sample of train examples, and meets validation beside the finalists. Placeholders and frozen text have to stay.</p>
        {candidate.isPending ? <Loading /> : null}
        {candidate.data ? <ComponentFields components={candidate.data.prompt.components} edits={edits} onChange={setEdits} /> : null}
        <TextField label="What it is about" placeholder="may stay empty" value={note} onChange={setNote} />
        {add.error ? <ErrorNote error={add.error} /> : null}
      </div>
    </Dialog>
  );
}
