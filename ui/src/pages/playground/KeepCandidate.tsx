import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { candidateQuery, runQuery, searchesQuery } from "@/api/queries";
import { Button, buttonClass } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { ErrorNote } from "@/components/ErrorNote";
import { Select } from "@/components/Select";
import type { Draft } from "./draft";

/** Adds the prompt to a search that is not over, as a candidate written by hand, or as the seed of a branch where it is. */
export function KeepCandidate({ ws, draft, onClose }: { ws: string; draft: Draft; onClose: () => void }) {
  const navigate = useNavigate();
  const searches = useQuery(searchesQuery(ws));
  const rows = searches.data?.items ?? [];
  const [chosen, setChosen] = useState("");
  const run = rows.find((one) => one.run === chosen) ?? rows[0];
  const seed = useQuery({ ...candidateQuery(run?.run ?? "", "seed"), enabled: Boolean(run) });
  const texts: Record<string, string> = { user: draft.user, ...(draft.system.trim() ? { system: draft.system } : {}) };
  const parts = seed.data?.prompt.components ?? [];
  // a prompt of one part takes the user's text whatever the part is called
  const components = parts.length === 1 && parts[0] && !draft.system.trim() ? { [parts[0].name]: draft.user } : texts;
  const strange = Object.keys(components).filter((name) => parts.length > 0 && !parts.some((part) => part.name === name));
  const over = run?.status === "finished";
  const add = useMutation({
    mutationFn: async () => {
      if (!run) return;
      if (over) return (await api.post<{ run: string }>(`/runs/${run.run}/branches`, { from: "seed", prompt: components, start: false })).run;
      await api.post(`/runs/${run.run}/candidates`, { parent: "seed", components, note: "from the playground" });
      return run.run;
    },
    onSuccess: (at) => {
      onClose();
      if (at) void navigate({ to: "/runs/$run", params: { run: at } });
    },
  });
  const live = useQuery({ ...runQuery(run?.run ?? ""), enabled: Boolean(run) });
  const may = live.data?.actions.includes(over ? "create_runs" : "edit_runs") ?? false;
  return (
    <Dialog
      open
      title="Keep as a candidate"
      onClose={onClose}
      actions={<><Button onClick={onClose}>Cancel</Button><Button kind="primary" busy={add.isPending} disabled={!run || !may || !seed.data || strange.length > 0} onClick={() => add.mutate()}>{over ? "Branch with it" : "Add the candidate"}</Button></>}
    >
      <div className="flex flex-col gap-3">
        {rows.length ? <Select label="In run" value={run?.run ?? ""} options={rows.map((one) => [one.run, `${one.description || one.run} (${one.status})`] as const)} onChange={setChosen} /> : <p>There is no search yet. <Link to="/w/$ws/new" params={{ ws }} className={buttonClass()}>New run</Link></p>}
        {seed.error ? <p className="text-lost">This run has not begun: start it first.</p> : null}
        {run && seed.data ? <p className="text-muted">{over ? "This search is over: a branch with the prompt as its seed is made, paused." : "It is evaluated on a sample of train examples and meets validation beside the finalists."}</p> : null}
        {strange.length ? <p className="text-lost">The prompt of this run has no part “{strange.join("”, “")}”; it has {parts.map((part) => `“${part.name}”`).join(", ")}.</p> : null}
        {add.error ? <ErrorNote error={add.error} /> : null}
      </div>
    </Dialog>
  );
}
