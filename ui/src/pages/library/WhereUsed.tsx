import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/api/client";
import { specQuery } from "@/api/queries";
import type { LibraryKind, Page, RunSummary } from "@/api/types";
import { Loading } from "@/components/Loading";
import { RunState } from "@/components/RunState";
import { plural, score } from "@/lib/format";
import { useOf } from "./used";

/** So many of the newest runs are looked through. */
const RUNS = 60;

/** The runs that a prompt or dataset went into. Their settings are read once somebody asks. */
export function WhereUsed({ ws, kind, name, text }: { ws: string; kind: LibraryKind; name: string; text: string }) {
  const [open, setOpen] = useState(false);
  const runs = useQuery({ queryKey: ["runs", ws, "used"], queryFn: ({ signal }) => api.get<Page<RunSummary>>(`/workspaces/${ws}/runs`, { limit: RUNS }, signal), enabled: open });
  const items = runs.data?.items ?? [];
  const specs = useQueries({ queries: items.map((run) => ({ ...specQuery(run.run), enabled: open })) });
  const waits = runs.isPending || specs.some((one) => one.isPending);
  const used = items.flatMap((run, at) => {
    const spec = specs[at]?.data;
    const how = spec ? useOf(spec, kind, name, text) : null;
    return how ? [{ run, how }] : [];
  });
  return (
    <details className="mt-6" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="label">Where it is used</summary>
      {open && waits ? <Loading what="Reading the runs’ settings" /> : null}
      {open && !waits ? (
        <>
          {used.length ? (
            <table className="grid-table mt-1 max-w-3xl" aria-label="Where it is used">
              <tbody>{used.map(({ run, how }) => <tr key={run.run}><td className="w-full"><Link to="/runs/$run" params={{ run: run.run }} className="link">{run.description || run.run}</Link> <span className="font-mono text-small text-muted">{run.run}</span></td><td className="whitespace-nowrap text-muted">{how === "same text" ? "same text as this version" : `version ${how.version}`}</td><td><RunState status={run.status} /></td><td className="num">{score(run.best_score)}</td></tr>)}</tbody>
            </table>
          ) : null}
          <p className="mt-1 text-muted">{used.length ? `${plural(used.length, "run")} of` : "None of"} the newest {plural(items.length, "run")}{kind === "dataset" ? "; a run counts where its run file names the dataset" : "; a run counts where its run file names the prompt or starts from the same text"}.</p>
        </>
      ) : null}
    </details>
  );
}
