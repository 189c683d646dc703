import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { candidateQuery, runBudgetQuery, snapshotsQuery } from "@/api/queries";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { Select } from "@/components/Select";
import { BudgetFields } from "./BudgetFields";
import { ComponentFields } from "./ComponentFields";
import type { Budget } from "@/api/types";

interface Props {
  run: string;
  /** A candidate, where the branch is to start from one. */
  from?: string;
  /** A snapshot, where one is to be restored. */
  snapshot?: string;
  onClose: () => void;
}

/** A new run that starts from the best prompt, from a candidate or from a snapshot; the prompt may be edited first. */
export function BranchDialog({ run, from, snapshot, onClose }: Props) {
  const navigate = useNavigate();
  const snapshots = useQuery(snapshotsQuery(run));
  const [start, setStart] = useState(from ?? snapshot ?? "best");
  // what is sent is the whole budget: whoever sets one limit must not lift the others unseen
  const limits = useQuery(runBudgetQuery(run));
  const [budget, setBudget] = useState<Budget>();
  const [edits, setEdits] = useState<Record<string, string>>({});
  const candidate = useQuery({ ...candidateQuery(run, from ?? ""), enabled: Boolean(from) });
  const branch = useMutation({
    mutationFn: () =>
      api.post<{ run: string }>(`/runs/${run}/branches`, {
        from: start,
        start: true,
        ...(budget ? { budget } : {}),
        ...(Object.keys(edits).length ? { prompt: edits } : {}),
      }),
    onSuccess: (made) => {
      onClose();
      void navigate({ to: "/runs/$run", params: { run: made.run } });
    },
  });
  const buysNothing = budget !== undefined && Object.values(budget).includes(0);
  const options = [
    ...(from ? [[from, `candidate ${from}`] as const] : []),
    ["best", "the best prompt so far"] as const,
    ...(snapshots.data?.items ?? (snapshot ? [{ name: snapshot }] : [])).map(({ name }) => [name, `snapshot ${name}`] as const),
  ];
  return (
    <Dialog
      open
      wide
      title={from ? `Branch from ${from}` : snapshot ? `Restore snapshot ${snapshot}` : "Branch"}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" busy={branch.isPending} disabled={buysNothing} onClick={() => branch.mutate()}>Start the branch</Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <p className="text-muted">A branch is a run of its own. It shares examples, metric and models with this one, and its family tree goes on from here.</p>
        <Select label="Start from" value={start} options={options} onChange={setStart} />
        {start === from && candidate.data ? <ComponentFields components={candidate.data.prompt.components} edits={edits} onChange={setEdits} /> : null}
        {limits.data ? <BudgetFields value={budget ?? limits.data.budget} onChange={setBudget} hint="Its own; at first as much as this run may buy." /> : limits.error ? <ErrorNote error={limits.error} retry={() => void limits.refetch()} /> : <Loading what="Reading the limits" />}
        {buysNothing ? <p role="alert" className="text-lost">A limit of 0 buys nothing: set a higher one, or leave the field empty for none.</p> : null}
        {branch.error ? <ErrorNote error={branch.error} /> : null}
      </div>
    </Dialog>
  );
}
