import type { TrialDetail } from "@/api/types";
import { count, duration, score, usd } from "@/lib/format";

/** A trial in full. Texts are shown as they are: nothing in them is ever markup. */
export function TrialView({ detail }: { detail: TrialDetail }) {
  const { trial } = detail;
  const judgements = ("judgements" in trial && trial.judgements) || [];
  return (
    <div className="flex flex-col gap-4">
      <p>
        <span className="text-title font-semibold">{"error" in trial ? "failed" : score(trial.score, 3)}</span>{" "}
        {"error" in trial ? <span className="text-lost">{trial.error.kind}: {trial.error.message}</span> : <span className={trial.pass ? "text-accent" : "text-lost"}>{trial.pass ? "passes" : "does not pass"}</span>}
        <span className="text-muted"> · {trial.split} · {trial.model ?? ""} {count(trial.usage.in)} in, {count(trial.usage.out)} out · {usd(trial.cost)} · {duration(trial.latency_ms / 1000)}{trial.cached ? " · from cache" : ""}{trial.judge?.calls ? ` · ${count(trial.judge.calls)} judge calls, ${usd(trial.judge.cost)}` : ""}{trial.program ? ` · ${count(trial.program.answers)} calls of the program` : ""}</span>
      </p>
      {judgements.length ? (
        <Part title="Judged by">
          <table className="grid-table">
            <tbody>
              {judgements.map((one, at) => (
                <tr key={at}><td className="whitespace-nowrap">{one.metric || "check"}</td><td className="num">{score(one.score)}</td><td><span aria-hidden="true" className={one.pass ? "text-accent" : "text-lost"}>{one.pass ? "✓" : "✕"}</span> <span className="sr-only">{one.pass ? "passed" : "failed"}</span>{one.weight !== 1 ? <span className="text-muted">weight {one.weight} </span> : null}<span className="break-words text-muted" dir="auto">{one.reason}</span></td></tr>
              ))}
            </tbody>
          </table>
        </Part>
      ) : null}
      {trial.ran?.length ? (
        <Part title="Ran in">
          <ul>
            {trial.ran.map((one, at) => (
              <li key={at}><span className="font-mono text-small">{one.sandbox}</span><span className="text-muted"> · {one.backend}, {one.isolation} · {duration(one.took_ms / 1000)}{one.known ? " · known from before" : ""}{one.from ? ` · from ${one.from}` : ""}{one.replaced?.length ? ` · began in ${one.replaced.join(", ")}, which had to be replaced` : ""}</span>{one.said ? <Text text={one.said} /> : null}</li>
            ))}
          </ul>
        </Part>
      ) : null}
      <Part title="Answer"><Text text={detail.answer ?? ""} /></Part>
      {detail.request?.map((message, at) => <Part key={at} title={`Sent: ${message.role}`}><Text text={message.content} /></Part>)}
      <Part title="Example">
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          {Object.entries(detail.vars).map(([name, value]) => <div key={name} className="contents"><dt className="font-mono text-small text-muted">{name}</dt><dd className="prompt" dir="auto">{shown(value)}</dd></div>)}
        </dl>
      </Part>
    </div>
  );
}

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value, null, 1));

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return <section><h3 className="label mb-1">{title}</h3>{children}</section>;
}

const MOST = 20_000;

function Text({ text }: { text: string }) {
  return <pre className="prompt max-h-80 overflow-auto rounded border border-hairline p-3" dir="auto">{text.slice(0, MOST)}{text.length > MOST ? `\n… ${count(text.length - MOST)} more characters` : ""}</pre>;
}
