import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { AnswerJudged, RunRequest, Tried } from "@/api/types";
import { Button } from "@/components/Button";
import { ErrorNote } from "@/components/ErrorNote";
import { Field } from "@/components/Field";
import { TextField } from "@/components/TextField";
import { score, usd } from "@/lib/format";
import { ProblemList } from "./ProblemList";

interface Props {
  ws: string;
  request: RunRequest;
  prompt: string;
  model: string;
  /** The column that a simulated model takes for the right answer. */
  expected: string | undefined;
  examples: number;
}

/** The check on one example: an answer is typed or bought, and judged as the run would judge it. */
export function TryCheck({ ws, request, prompt, model, expected, examples }: Props) {
  const [example, setExample] = useState("0");
  const [answer, setAnswer] = useState("");
  const at = Math.max(0, Math.min(examples - 1, Number(example) || 0));
  const judge = useMutation({ mutationFn: (answer: string) => api.post<AnswerJudged>(`/workspaces/${ws}/runs/judge`, { run: request, example: at, answer }) });
  const ask = useMutation({
    mutationFn: async () => {
      // judging nothing gives the example's variables, as the run will read them
      const { vars } = await api.post<AnswerJudged>(`/workspaces/${ws}/runs/judge`, { run: request, example: at, answer: "" });
      const right = expected ? vars[expected] : undefined;
      const tried = await api.post<Tried>(`/workspaces/${ws}/playground`, { prompt: { components: [{ name: "user", role: "user", text: prompt }] }, vars, models: [model], ...(right === undefined ? {} : { expected: String(right) }) });
      const one = tried.answers[0];
      if (!one?.text) throw new Error(one?.error ?? "The model gave no answer.");
      return one;
    },
    onSuccess: (one) => {
      setAnswer(one.text ?? "");
      judge.mutate(one.text ?? "");
    },
  });
  const said = judge.data;
  return (
    <details className="rounded border border-hairline p-3">
      <summary className="font-medium">Try the check on one example</summary>
      <div className="mt-3 flex flex-col gap-3">
        <div className="flex flex-wrap items-end gap-3">
          <div className="w-28"><TextField label="Example" type="number" min={0} max={Math.max(0, examples - 1)} value={example} onChange={(value) => { setExample(value); judge.reset(); }} /></div>
          <Button busy={ask.isPending} disabled={!model} onClick={() => ask.mutate()}>Ask {model || "the task model"}</Button>
          {ask.data ? <span className="text-muted">It cost {ask.data.usd === null ? "an unknown sum" : usd(ask.data.usd)}.</span> : <span className="text-muted">One call, paid for like any other.</span>}
        </div>
        <Field label="Answer" hint="Type one, or ask for it.">
          {({ id, describedBy }) => <textarea id={id} aria-describedby={describedBy} rows={2} dir="auto" className="field prompt" value={answer} onChange={(event) => { setAnswer(event.target.value); judge.reset(); }} />}
        </Field>
        <div><Button busy={judge.isPending} onClick={() => judge.mutate(answer)}>Judge it</Button></div>
        {ask.error ? <ErrorNote error={ask.error} /> : null}
        {judge.error ? <ProblemList error={judge.error} /> : null}
        <div aria-live="polite">{said ? <Verdict said={said} /> : null}</div>
      </div>
    </details>
  );
}

function Verdict({ said }: { said: AnswerJudged }) {
  return (
    <section aria-label="Verdict">
      <p className="mb-1">
        {said.score === null ? <span className="text-muted">No score yet</span> : <><span className={`text-figure font-semibold ${said.pass ? "text-accent" : "text-lost"}`}>{score(said.score)}</span> <span className="text-muted">{said.pass ? "passes" : "fails"}</span></>}
      </p>
      <table className="grid-table">
        <tbody>
          {said.judgements.map((one, at) => <tr key={at}><td className="whitespace-nowrap">{one.metric}</td><td className="num">{score(one.score)}</td><td className="w-full break-words text-muted" dir="auto">{one.reason || (one.pass ? "passes" : "fails")}</td></tr>)}
          {said.asks.map((kind, at) => <tr key={`ask${at}`}><td className="whitespace-nowrap">{kind}</td><td className="num">–</td><td className="text-muted">asks a model or executes code: it judges when the run goes</td></tr>)}
          {said.failed.map((text, at) => <tr key={`failed${at}`}><td colSpan={3} className="text-lost">{text}</td></tr>)}
        </tbody>
      </table>
    </section>
  );
}
