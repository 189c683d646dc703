import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { candidateQuery, diffQuery } from "@/api/queries";
import type { Node, RunDetail } from "@/api/types";
import { Button, buttonClass } from "@/components/Button";
import { CopyButton } from "@/components/CopyButton";
import { Delta } from "@/components/Delta";
import { DiffText } from "@/components/DiffText";
import { ErrorNote } from "@/components/ErrorNote";
import { InlineSelect } from "@/components/InlineSelect";
import { Loading } from "@/components/Loading";
import { NotPaired } from "@/components/NotPaired";
import { PromptText } from "@/components/PromptText";
import { Score } from "@/components/Score";
import { toast, toastError } from "@/components/toasts";
import { candidateOf, plural, runOf, usd } from "@/lib/format";
import { spentOn } from "./spentOn";
import { BranchDialog } from "../BranchDialog";
import { Comments, useHasComments } from "../Comments";
import { steerable } from "../steerable";
import { Flips } from "./Flips";
import { SteerButtons } from "./SteerButtons";

interface Props {
  node: Node;
  bestId: string | null;
  against: string | undefined;
  /** The candidate that was held for diffs; it stays among the choices. */
  held: string | undefined;
  detail: RunDetail | undefined;
  folded: number;
  onAgainst: (against: string | undefined) => void;
  onHold: (held: string | undefined) => void;
  onFold: () => void;
  onClose: () => void;
  onGo: (id: string) => void;
}

/** Everything about one candidate: its prompt against another, its scores, why it was made and what came of it. */
export function CandidatePanel({ node, bestId, against, held, detail, folded, onAgainst, onHold, onFold, onClose, onGo }: Props) {
  const run = runOf(node.id);
  const name = candidateOf(node.id);
  const client = useQueryClient();
  const [branching, setBranching] = useState(false);
  const hasComments = useHasComments(run);
  const isSeed = node.parents.length === 0;
  // what others are held against is shown as it is
  const other = against === name ? "none" : (against ?? (isSeed ? "none" : "parent"));
  const candidate = useQuery(candidateQuery(run, name));
  const diff = useQuery({ ...diffQuery(run, name, other), enabled: other !== "none" });
  const clone = useMutation({
    mutationFn: () => api.post<{ run: string }>(`/runs/${run}/branches`, { from: name, start: false }),
    onSuccess: (made) => {
      toast(`${name} is cloned: run ${made.run} waits, paused, with this prompt as its seed.`, { run: made.run });
      void client.invalidateQueries({ queryKey: ["runs"] });
    },
    onError: toastError,
  });
  const may = (action: string) => detail?.actions.includes(action) ?? false;
  const parent = node.parents[0];
  const trainDelta = diff.data?.scores.find((score) => score.split === "train") ?? diff.data?.scores[0];
  const known = ["none", "parent", "seed", "best"];
  const options: (readonly [string, string])[] = [["none", "as it is"], ...(isSeed ? [] : ([["parent", "against parent"], ["seed", "against seed"]] as const)), ...(bestId && bestId !== node.id ? [["best", "against best"] as const] : []), ...[held, other].filter((name, at, all): name is string => name !== undefined && name !== "" && name !== node.id && name !== candidateOf(node.id) && !known.includes(name) && all.indexOf(name) === at).map((name) => [name, `against ${name}`] as const)];
  const text = candidate.data?.text ?? "";
  const beyond = Object.entries(node.scores).filter(([split]) => split !== "train");
  // on a narrow window it lies below the plate
  const aside = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!matchMedia("(min-width: 64rem)").matches) aside.current?.scrollIntoView({ block: "start" });
  }, []);
  return (
    <aside ref={aside} aria-label={`Candidate ${name}`} className="flex w-full max-lg:min-h-[85vh] shrink-0 flex-col border-t border-hairline bg-panel lg:min-h-0 lg:w-[380px] lg:border-t-0 lg:border-l">
      <div className="flex-1 overflow-auto px-5 py-4">
        <div className="flex items-baseline gap-3">
          <h3 className="font-mono font-semibold">{name}</h3>
          <span className="text-muted">
            generation {node.generation}, {node.operator ?? "seed"}
            {parent ? <>, from {node.parents.map((id, at) => <span key={id}>{at ? " and " : ""}<button type="button" className="link font-mono text-small" onClick={() => onGo(id)}>{runOf(id) === run ? candidateOf(id) : id}</button></span>)}</> : null}
          </span>
          <button type="button" aria-label="Close the panel" className="ml-auto text-muted hover:text-ink" onClick={onClose}>✕</button>
        </div>
        <div className="mt-2 flex flex-wrap items-baseline gap-x-3">
          <Score size="lead" best={node.id === bestId} value={node.score?.mean} low={node.score?.low} high={node.score?.high} />
          <span className="text-muted">{node.score ? plural(node.score.trials, "answer") : "not evaluated"}</span>
          {trainDelta && other !== "none" ? <span className="ml-auto"><Delta value={trainDelta.difference} low={trainDelta.ci_low} high={trainDelta.ci_high} note={`against ${other}, ${trainDelta.split}`} /></span> : null}
        </div>
        <p className="mt-1 text-muted">
          {node.status}{node.reason && (isSeed || !node.note) ? `: ${node.reason}` : ""}
          {beyond.map(([split, value]) => <Fragment key={split}> <span className="whitespace-nowrap">· {split} <Score value={value.mean} low={value.low} high={value.high} /></span></Fragment>)}
        </p>

        {other !== "none" ? <NotPaired why={diff.data?.not_paired} className="mt-2" /> : null}

        <div className="mt-4 mb-1 flex flex-wrap items-center justify-between gap-2">
          <h4 className="label">Prompt</h4>
          <span className="flex gap-1.5">
            <InlineSelect label="" name="Prompt shown" value={other} options={options} onChange={(value) => onAgainst(value === (isSeed ? "none" : "parent") ? undefined : value)} />
            {held === name ? null : <Button title={`The prompts of others are shown against ${name}; it stays in their list`} onClick={() => onHold(name)}>Hold for diffs</Button>}
          </span>
        </div>
        {held === name ? <p className="mb-1 text-small text-muted">Choose another candidate to see it against this one. <button type="button" className="link" onClick={() => onHold(undefined)}>No more</button></p> : null}
        {candidate.error ? <ErrorNote error={candidate.error} /> : null}
        {candidate.isPending ? <Loading /> : null}
        {other === "none" || !diff.data ? (
          diff.error ? <ErrorNote error={diff.error} /> : <pre className="prompt" dir="auto"><PromptText text={text} /></pre>
        ) : (
          diff.data.components.map((component) => (
            <section key={component.component} className="mb-2">
              {diff.data.components.length > 1 ? <h5 className="text-label text-muted">{component.component}</h5> : null}
              <DiffText runs={component.runs} />
            </section>
          ))
        )}

        {node.note && !isSeed ? (
          <section className="mt-4">
            <h4 className="label mb-1">Hypothesis</h4>
            <p className="font-serif text-[1.0625rem] leading-6 italic" dir="auto">“{node.note}”</p>
            {node.status === "open" ? null : (
              <p className="mt-0.5">
                <span className={node.status === "dropped" ? "font-semibold text-lost" : "font-semibold text-accent"}>{node.status}</span>
                {node.reason ? <span className="text-muted">: {node.reason}</span> : null}
              </p>
            )}
          </section>
        ) : null}

        {parent && runOf(parent) === run && !(other === "parent" && diff.data?.not_paired) ? <Flips run={run} a={candidateOf(parent)} b={name} split={detail?.run.mode === "evaluate" ? "test" : "train"} /> : null}

        <p className="mt-4 text-muted">
          {usd(node.cost)} spent on it{candidate.data ? spentOn(candidate.data.node) : ""}; {node.model}
          {candidate.data ? `, ${plural(candidate.data.children.length, "child", "children")}` : ""}
          {node.turned_away ? `, ${plural(node.turned_away, "proposal")} from it turned away` : ""}
          {node.state ? <>, sandboxes from the kept state <span className="font-mono text-small" title={node.state}>{node.state.slice(0, 12)}</span></> : null}
        </p>
        {folded ? <Button className="mt-2" onClick={onFold}>Show {plural(folded, "folded descendant")}</Button> : null}
        {hasComments ? (
          <div className="mt-5 border-t border-hairline pt-3">
            <h4 className="label mb-1">Comments</h4>
            <Comments run={run} workspace={detail?.workspace} candidate={name} may={may("comment")} />
          </div>
        ) : null}
      </div>
      <div className="flex flex-wrap gap-1.5 border-t border-hairline px-4 py-3">
        {may("create_runs") && detail?.run.mode === "optimize" ? <Button kind="primary" onClick={() => setBranching(true)}>Branch from here</Button> : null}
        <Link to="/runs/$run/candidates" params={{ run }} search={{ filter: undefined, sort: undefined, asc: undefined, a: parent && runOf(parent) === run ? candidateOf(parent) : "c0", b: name }} className={buttonClass()}>Compare</Link>
        {may("create_runs") && detail?.run.mode === "optimize" ? <Button busy={clone.isPending} title="A paused branch with this prompt as its seed" onClick={() => clone.mutate()}>Clone</Button> : null}
        {may("edit_runs") && detail && steerable(detail) && runOf(node.id) === detail.run.run ? <SteerButtons run={run} name={name} isSeed={isSeed} onGo={onGo} /> : null}
        <CopyButton text={text} what="The prompt is copied." />
      </div>
      {branching ? <BranchDialog run={run} from={name} onClose={() => setBranching(false)} /> : null}
    </aside>
  );
}
