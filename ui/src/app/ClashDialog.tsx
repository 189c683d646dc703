import { Link } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { Button, buttonClass } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { TextField } from "@/components/TextField";

interface Props {
  workspace: string;
  file: File;
  /** The run of that id which is here already. */
  run: string;
  onClose: () => void;
  onDone: (run: string) => void;
}

/** A bundle whose run is here already: it is opened, or the bundle comes in under another id. */
export function ClashDialog({ workspace, file, run, onClose, onDone }: Props) {
  const [name, setName] = useState(`${run.slice(0, 38)}-2`);
  const take = useMutation({ mutationFn: () => api.post<{ run: string }>(`/workspaces/${workspace}/runs/import?run=${encodeURIComponent(name)}`, file), onSuccess: (made) => onDone(made.run) });
  const fits = /^[a-z0-9-]{4,40}$/.test(name);
  return (
    <Dialog
      open
      title={`Run ${run} is here already`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Link to="/runs/$run" params={{ run }} className={buttonClass()} onClick={onClose}>Open run {run}</Link>
          <Button kind="primary" busy={take.isPending} disabled={!fits} onClick={() => take.mutate()}>Import beside it</Button>
        </>
      }
    >
      <p className="mb-3 text-muted">Nothing was imported from {file.name}. Open the run that is here, or import the bundle under another id.</p>
      <TextField label="Id" value={name} error={fits ? null : "4 to 40 small letters, digits and hyphens"} onChange={setName} />
      {take.error ? <ErrorNote error={take.error} className="mt-3" /> : null}
    </Dialog>
  );
}
