import type { RunSpec, TrialDetail } from "@/api/types";
import { count, duration, plural, score, usd } from "@/lib/format";
import { LongText } from "./LongText";
import { RanIn } from "./RanIn";
import { SentWith } from "./SentWith";

interface Props {
  detail: TrialDetail;
  /** The run's task model, which answered where the trial names no other. */
  model: string;
  /** The run's settings; who looks through a link sees none. */
  spec: RunSpec | undefined;
}

/** A trial in full. Texts are shown as they are: nothing in them is ever markup. */
export function TrialView({ detail, model, spec }: Props) {
  const { trial } = detail;
  const judgements = ("judgements" in trial && trial.judgements) || [];
  return (
    <div className="flex flex-col gap-4">
      <p>
        <span className="text-title font-semibold">{"error" in trial ? "failed" : score(trial.score, 3)}</span>{" "}
        {"error" in trial ? <span className="text-lost">{trial.error.kind}: {trial.error.message}</span> : <span className={trial.pass ? "text-accent" : "text-lost"}>{trial.pass ? "passes" : "does not pass"}</span>}
        <span className="text-muted"> · {trial.split} · {trial.model || model} · {count(trial.usage.in)} tokens in, {count(trial.usage.out)} out · {usd(trial.cost)} · {duration(trial.latency_ms / 1000)}{trial.cached ? " · from cache" : ""}{trial.shared ? " · bought once with an equal call" : ""}{trial.cut ? " · cut off at the length limit" : ""}{trial.judge?.calls ? ` · ${plural(trial.judge.calls, "judge call")}, ${usd(trial.judge.cost)}` : ""}{trial.program ? ` · ${plural(trial.program.answers, "call")} of the program` : ""}</span>
      </p>
      {judgements.length ? (
        <Part title="Judged by">
          <table className="grid-table">
            <tbody>
              {judgements.map((one, at) => (
                <tr key={at}><td className="whitespace-nowrap">{one.metric || "check"}</td><td className="num">{score(one.score)}</td><td>{one.weight === 0 ? <span className="text-muted">named by the check before it, and no part of the score </span> : <><span aria-hidden="true" className={one.pass ? "text-accent" : "text-lost"}>{one.pass ? "✓" : "✕"}</span> <span className="sr-only">{one.pass ? "passed" : "failed"}</span></>}{one.weight !== 1 && one.weight !== 0 ? <span className="text-muted">weight {one.weight} </span> : null}<span className="break-words text-muted" dir="auto">{one.reason}</span></td></tr>
              ))}
            </tbody>
          </table>
        </Part>
      ) : null}
      {trial.ran?.length ? <Part title="Where its code ran"><RanIn ran={trial.ran} sandbox={spec?.sandbox} /></Part> : null}
      <Part title="Answer"><LongText text={detail.answer ?? ""} /></Part>
      {detail.request?.map((message, at) => <Part key={at} title={`Sent: ${message.role}`}><LongText text={message.content} /></Part>)}
      {spec && !trial.program ? <Part title="Sent with it"><SentWith spec={spec} named={trial.model} cached={Boolean(trial.cached)} /></Part> : null}
      <Part title="Example">
        {detail.vars ? null : <p className="text-muted">The run came here without its examples.</p>}
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
          {Object.entries(detail.vars ?? {}).map(([name, value]) => <div key={name} className="contents"><dt className="font-mono text-small text-muted">{name}</dt><dd className="prompt" dir="auto">{shown(value)}</dd></div>)}
        </dl>
      </Part>
    </div>
  );
}

const shown = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value, null, 1));

function Part({ title, children }: { title: string; children: React.ReactNode }) {
  return <section><h3 className="label mb-1">{title}</h3>{children}</section>;
}
