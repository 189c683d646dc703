import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { candidateQuery, diffQuery, reportQuery, runQuery } from "@/api/queries";
import { CopyButton } from "@/components/CopyButton";
import { DiffText } from "@/components/DiffText";
import { EmptyState } from "@/components/EmptyState";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { count, plural, pValue, score, signed } from "@/lib/format";
import { Flips } from "../lineage/Flips";
import { ForestPlot } from "./ForestPlot";

const PHASES = { searching: "The search is still under way.", choosing: "Finalists are being raced on validation.", proving: "The chosen prompt and the seed are meeting the test split.", evaluating: "", finished: "" } as const;

/** Whether the best prompt is better than the seed, on examples the search never saw. */
export function EvidenceTab() {
  const { run } = useParams({ from: "/runs/$run/evidence" });
  const report = useQuery(reportQuery(run));
  const detail = useQuery(runQuery(run));
  const best = report.data?.best?.candidate;
  const same = best === "c0";
  const diff = useQuery({ ...diffQuery(run, best ?? "c0", "seed"), enabled: Boolean(best && !same) });
  const chosen = useQuery({ ...candidateQuery(run, best ?? "c0"), enabled: Boolean(best) });
  if (report.isPending) return <Loading what="Reading the evidence" />;
  if (report.error) return <div className="p-6"><ErrorNote error={report.error} retry={() => void report.refetch()} /></div>;
  const { evidence } = report.data;
  if (detail.data?.run.mode === "evaluate") {
    return <EmptyState title="An evaluation has no evidence">It compares prompts by all examples; the candidates table holds their scores with intervals.</EmptyState>;
  }
  if (!evidence) {
    return (
      <EmptyState title="Not measured yet">
        {detail.data && detail.data.run.status !== "running" ? `The run ${detail.data.run.status === "finished" ? "ended without it" : "rests: resume it, or stop it, and it chooses and proves with what it has"}.` : PHASES[detail.data?.progress?.phase ?? "searching"]} The test split is touched once, at the end, by the chosen prompt and the seed; only then can a gain be shown. Scores on train and validation take part in choosing, so they flatter whoever leads.
      </EmptyState>
    );
  }
  if (evidence.n === 0) {
    return <EmptyState title="No test examples">Nothing was measured on examples that the search never saw, so nothing is claimed. The candidates table has the scores on train and validation, which flatter whoever leads.</EmptyState>;
  }
  return (
    <div className="flex max-w-5xl flex-col gap-8 px-4 py-5 sm:px-6">
      <section>
        <h2 className={`font-serif text-[1.625rem] leading-8 ${evidence.improved ? "text-accent" : ""}`}>{evidence.improved ? "Better, and shown to be" : same ? "The seed prompt was kept" : "No improvement shown"}</h2>
        <p className="mt-1 max-w-3xl text-lead">{evidence.sentence.charAt(0).toUpperCase() + evidence.sentence.slice(1)}.</p>
        {report.data.simulated ? <p className="mt-1 text-muted">The model is simulated: no figure here says anything about a real one.</p> : null}
      </section>
      <ForestPlot evidence={evidence} alone={same} />
      <section className="grid gap-x-10 gap-y-4 sm:grid-cols-2">
        <dl className="grid grid-cols-[auto_1fr] content-start gap-x-6 gap-y-1">
          <Row name="Test examples">{count(evidence.n)}, each met by {same ? "the prompt" : "both prompts"}</Row>
          {report.data.task_models?.length && evidence.model ? <Row name="Answered by">{evidence.model}, the last of {count(report.data.task_models.length)} task models: {report.data.task_models.join(", then ")}. Answers of different models are not paired</Row> : null}
          {same ? null : (
            <>
              <Row name="Won, lost">{count(evidence.wins)} won, {count(evidence.losses)} lost, {count(evidence.n - evidence.wins - evidence.losses)} as before</Row>
              <Row name="Test">{evidence.test === "mcnemar" ? "McNemar’s exact test on pairs" : "paired permutation test"}, <span className="whitespace-nowrap">{pValue(evidence.p_value)}</span></Row>
              <Row name="Interval">{Math.round(evidence.confidence * 100)} %: {signed(evidence.ci_low, 3)} to {signed(evidence.ci_high, 3)}</Row>
            </>
          )}
          <Row name="Corrected for">nothing more: one prompt was chosen on validation, and it alone met the test split, once</Row>
          {same ? null : evidence.needed.map(([gain, examples]) => <Row key={gain} name={`To show ${signed(gain)}`}>{plural(examples, "test example")} {examples <= evidence.n ? "would do; there were enough" : `needed, ${count(examples - evidence.n)} more than there are`}</Row>)}
          {evidence.needed.length && !same ? <Row name="Reckoned for">prompts that differ as much as these two, on {count(evidence.wins + evidence.losses)} of {count(evidence.n)} examples; Headroom, before any was known, reckoned with what differs between two answers of the seed</Row> : null}
        </dl>
        <aside className="border-l border-hairline pl-4 text-muted">
          <h3 className="label mb-1">The winner’s curse</h3>
          {same ? <p>The best of many looks better than it is on the examples that chose it. The seed prompt was chosen, so there is no gain that could flatter.</p> : <p>The best of many looks better than it is on the examples that chose it: its train score of {score(report.data.best?.scores.train)} and its validation score of {score(report.data.best?.scores.validation)} took part in choosing. The test score of {score(evidence.best_score)} did not, so it is the one to believe.</p>}
          {report.data.branch_of ? <p className="mt-2">This run branches from <Link to="/runs/$run/evidence" params={{ run: report.data.branch_of }} className="link font-mono">{report.data.branch_of}</Link>, which met the same test examples. If you branched because of its test score, take this gain with care.</p> : null}
        </aside>
      </section>
      {best && !same ? <Flips run={run} a="c0" b={best} split="test" /> : null}
      {best ? (
        <section>
          <div className="mb-2 flex items-center gap-3"><h2 className="plate">What changed in the prompt</h2><Link to="/runs/$run" params={{ run }} search={{ node: best }} className="link font-mono text-small">{best}</Link><span className="ml-auto"><CopyButton text={report.data.best?.prompt ?? ""} label="Copy the best prompt" what="The prompt is copied." /></span></div>
          {diff.data?.components.map((component) => (
            <div key={component.component} className="mb-3 rounded border border-hairline bg-panel p-4">
              {diff.data.components.length > 1 ? <h3 className="label mb-1">{component.component}</h3> : null}
              <DiffText runs={component.runs} />
            </div>
          ))}
          {same ? <p className="text-muted">Nothing: the seed prompt itself was chosen.</p> : null}
          {chosen.data?.node.note && !same ? <p className="font-serif text-[1.0625rem] italic">“{chosen.data.node.note}”</p> : null}
        </section>
      ) : null}
    </div>
  );
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return <><dt className="text-muted">{name}</dt><dd>{children}</dd></>;
}
