import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/client";
import { runQuery } from "@/api/queries";
import type { CheckResult, Page, RunRequest, TrialRow } from "@/api/types";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { RunState } from "@/components/RunState";
import { Score } from "@/components/Score";
import { count, plural, score, usd } from "@/lib/format";
import { seedFound } from "./headroom";

/**
 * What there is to gain, before a search is paid for: the prompt as it is meets a few train examples, each twice. Those that choose and prove are not among
 * them. That is an evaluation, a run of its own, which the list of runs keeps; the estimate of its cost stands on the button.
 */
export function HeadroomCheck({ ws, request, examples }: { ws: string; request: RunRequest; examples: number }) {
  const cost = useQuery({ queryKey: ["headroom", ws, request], queryFn: ({ signal }) => api.post<CheckResult>(`/workspaces/${ws}/runs/check`, request, { signal }), retry: false, staleTime: Infinity });
  const start = useMutation({ mutationFn: () => api.post<{ run: string }>(`/workspaces/${ws}/runs`, request) });
  const run = start.data?.run;
  const detail = useQuery({ ...runQuery(run ?? ""), enabled: Boolean(run), refetchInterval: (query) => (query.state.data?.run.status === "running" || !query.state.data ? 700 : false) });
  const status = detail.data?.run.status;
  const ended = status !== undefined && status !== "running";
  const trials = useQuery({ queryKey: ["run", run, "headroom", ended], queryFn: ({ signal }) => api.get<Page<TrialRow>>(`/runs/${run}/candidates/c0/trials`, { limit: 500 }, signal), enabled: Boolean(run) && ended });
  const found = trials.data ? seedFound(trials.data.items) : null;
  const price = cost.data?.estimate;
  if (cost.error) return <ErrorNote error={cost.error} />;
  return (
    <div className="mt-3 border-t border-rule pt-3" aria-label="Headroom" role="group">
      <div className="flex flex-wrap items-center gap-3">
        <Button busy={start.isPending || (Boolean(run) && !ended)} disabled={!price || !cost.data?.ready} onClick={() => start.mutate()}>
          Check the headroom{price ? `: ${count(price.calls.high)} calls, ${price.usd === null ? "price unknown" : usd(price.usd.high)}` : ""}
        </Button>
        {run ? <>{status ? <RunState status={status} /> : null}<Link to="/runs/$run" params={{ run }} className="link font-mono text-small">{run}</Link></> : <span className="text-muted">Asks the prompt as it is about {plural(examples, "train example")}, each twice.</span>}
      </div>
      {start.error ? <ErrorNote error={start.error} /> : null}
      {found ? (
        <p className="mt-2" aria-live="polite">
          The prompt as it is scores <Score value={found.score} low={found.low} high={found.high} /> on {count(found.n)} examples: at most {score(1 - found.score)} is left to gain{found.high >= 0.995 ? ", and it may be nothing" : ""}.
          {found.noise === null ? null : <> Asked twice, {Math.round(100 * found.noise)} % of them scored differently{found.noise > 0.2 ? ": much of a difference between prompts will be chance" : ""}.</>} No validation or test example was met.
        </p>
      ) : null}
    </div>
  );
}
