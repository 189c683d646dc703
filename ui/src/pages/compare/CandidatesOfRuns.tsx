import { useQueries, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/api/client";
import { candidateQuery } from "@/api/queries";
import type { CandidateDetail, Node, Page } from "@/api/types";
import { DiffText } from "@/components/DiffText";
import { InlineSelect } from "@/components/InlineSelect";
import { PromptText } from "@/components/PromptText";
import { Score } from "@/components/Score";
import { candidateOf, runOf, score, usd } from "@/lib/format";
import { wordDiff } from "@/lib/wordDiff";

interface Props {
  runs: string[];
  /** Candidates by their whole names, such as `7kq2m9ap@c12`. */
  chosen: string[];
  onChoose: (chosen: string[]) => void;
}

/** Candidates of any of these runs side by side: scores by split with intervals, cost, and the prompts as diffs against the first. */
export function CandidatesOfRuns({ runs, chosen, onChoose }: Props) {
  const asked = useQueries({ queries: chosen.map((id) => candidateQuery(runOf(id), candidateOf(id))) });
  const found = asked.flatMap((one) => (one.data ? [one.data] : []));
  const splits = (["train", "validation", "test"] as const).filter((split) => found.some((one) => one.node.scores[split]));
  const first = found[0];
  return (
    <section>
      <div className="mb-1 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="plate mr-auto">Candidates side by side</h2>
        {runs.map((run) => <Pick key={run} run={run} chosen={chosen} onPick={(id) => onChoose([...chosen, id])} />)}
      </div>
      {first ? (
        <div className="overflow-x-auto">
          <table className="grid-table" aria-label="Candidates side by side">
            <thead><tr><th scope="col">Candidate</th>{splits.map((split) => <th key={split} scope="col" className="num">{split}</th>)}<th scope="col" className="num">Cost</th><th scope="col">Model</th><th scope="col">Prompt{found.length > 1 ? `, what is new against ${first.node.id}` : ""}</th><th scope="col"><span className="sr-only">Actions</span></th></tr></thead>
            <tbody>{found.map((one) => <Row key={one.node.id} one={one} first={first} splits={splits} onLeave={() => onChoose(chosen.filter((id) => id !== one.node.id))} />)}</tbody>
          </table>
        </div>
      ) : <p className="text-muted">Add candidates of these runs above: their scores and prompts stand beside one another here.</p>}
      {asked.map((one, at) => (one.error ? <p key={at} role="alert" className="text-lost">{chosen[at]}: {one.error.message}</p> : null))}
    </section>
  );
}

function Row({ one, first, splits, onLeave }: { one: CandidateDetail; first: CandidateDetail; splits: readonly ("train" | "validation" | "test")[]; onLeave: () => void }) {
  const { node } = one;
  return (
    <tr className="align-top">
      <td className="whitespace-nowrap"><Link to="/runs/$run" params={{ run: runOf(node.id) }} search={{ node: candidateOf(node.id) } as never} className="link font-mono text-small">{node.id}</Link><span className="block text-small text-muted">{node.operator ?? "seed"}</span></td>
      {splits.map((split) => <td key={split} className="num"><Score value={node.scores[split]?.mean} low={node.scores[split]?.low} high={node.scores[split]?.high} /></td>)}
      <td className="num">{usd(node.cost)}</td>
      <td className="whitespace-nowrap text-muted">{node.model}</td>
      <td className="min-w-80"><div className="max-h-48 overflow-auto" tabIndex={0} role="group" aria-label={`Prompt of ${node.id}`}>{node.id === first.node.id ? <pre className="prompt" dir="auto"><PromptText text={one.text} /></pre> : <DiffText runs={wordDiff(first.text, one.text)} />}</div></td>
      <td><button type="button" aria-label={`Take ${node.id} out`} className="text-muted hover:text-ink" onClick={onLeave}>✕</button></td>
    </tr>
  );
}

/** The best candidates of a run, to be added. */
function Pick({ run, chosen, onPick }: { run: string; chosen: string[]; onPick: (id: string) => void }) {
  const top = useQuery({ queryKey: ["run", run, "top", 30], queryFn: ({ signal }) => api.get<Page<Node>>(`/runs/${run}/top`, { k: 30 }, signal) });
  const left = top.data?.items.filter((node) => !chosen.includes(node.id)) ?? [];
  if (!left.length) return null;
  return <InlineSelect label="" name={`Add a candidate of ${run}`} value="" options={[["", `add of ${run}`], ...left.map((node) => [node.id, `${candidateOf(node.id)}  ${score(node.score?.mean)}`] as const)]} onChange={(id) => id && onPick(id)} />;
}
