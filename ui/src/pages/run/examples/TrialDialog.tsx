import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { runQuery, specQuery, trialQuery, trialsQuery } from "@/api/queries";
import { shareOf } from "@/api/share";
import type { Split } from "@/api/types";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { TrialView } from "./TrialView";

/** One cell of the matrix: what was asked, what came back, how it was judged. */
export function TrialDialog({ run, candidate, example, split, onClose }: { run: string; candidate: string; example: number; split: Split; onClose: () => void }) {
  const trials = useQuery(trialsQuery(run, candidate, example));
  const own = trials.data?.items ?? [];
  const [chosen, setChosen] = useState(0);
  const row = own[Math.min(chosen, own.length - 1)];
  const trial = useQuery({ ...trialQuery(run, row?.seq ?? 0), enabled: Boolean(row) });
  const detail = useQuery(runQuery(run));
  // who looks through a link sees no settings
  const spec = useQuery({ ...specQuery(run), enabled: !shareOf(run) });
  return (
    <Dialog open wide title={`${candidate} on example e${example}`} onClose={onClose} actions={<Button onClick={onClose}>Close</Button>}>
      {trials.isPending || (row && trial.isPending) ? <Loading what="Reading the answer" /> : null}
      {trials.error ? <ErrorNote error={trials.error} /> : null}
      {trials.data && own.length === 0 ? <p className="text-muted">{candidate} has not answered this example{split ? ` of ${split}` : ""}.</p> : null}
      {own.length > 1 ? (
        <div className="mb-3 flex flex-wrap gap-1">{own.map((one, at) => <Button key={one.seq} aria-pressed={at === chosen} kind={at === chosen ? "primary" : "plain"} onClick={() => setChosen(at)}>answer {at + 1}</Button>)}</div>
      ) : null}
      {trial.error ? <ErrorNote error={trial.error} /> : null}
      {trial.data ? <TrialView detail={trial.data} model={detail.data?.run.model ?? ""} spec={spec.data} /> : null}
    </Dialog>
  );
}
