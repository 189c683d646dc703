import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import { runBudgetQuery } from "@/api/queries";
import type { Budget, RunDetail } from "@/api/types";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { toast } from "@/components/toasts";
import { BudgetFields } from "./BudgetFields";

/** Raises or lowers the limits of a run, also while it works. */
export function BudgetDialog({ detail, onClose }: { detail: RunDetail; onClose: () => void }) {
  const client = useQueryClient();
  const run = detail.run.run;
  // the limits in force: whoever sets one must not lift the others unseen
  const limits = useQuery({ ...runBudgetQuery(run), staleTime: 0 });
  const inForce = limits.isFetching ? undefined : limits.data?.budget;
  const [changed, setChanged] = useState<Budget>();
  const budget = changed ?? inForce;
  const save = useMutation({
    mutationFn: () => api.put(`/runs/${run}/budget`, budget, { ifMatch: limits.data?.revision }),
    onSuccess: () => {
      toast("The budget is changed.");
      void client.invalidateQueries({ queryKey: ["run", run] });
      onClose();
    },
  });
  return (
    <Dialog open title="Budget" onClose={onClose} actions={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" busy={save.isPending} disabled={!budget} onClick={() => save.mutate()}>Set the budget</Button></>}>
      <p className="mb-3 text-muted">Hard limits on everything the run buys: task, reflection and judge calls together. Never overrun by more than the calls in flight.</p>
      {budget ? <BudgetFields value={budget} onChange={setChanged} /> : limits.error ? <ErrorNote error={limits.error} retry={() => void limits.refetch()} /> : <Loading what="Reading the limits" />}
      {save.error ? <ErrorNote error={save.error} className="mt-3" /> : null}
    </Dialog>
  );
}
