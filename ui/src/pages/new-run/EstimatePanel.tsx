import type { ReactNode } from "react";
import type { CheckResult, Range } from "@/api/types";
import { count, duration, plural, usd } from "@/lib/format";

const span = (range: Range | null, show: (value: number) => string) => (range === null ? "unknown" : range.low === range.high ? show(range.low) : `${show(range.low)} to ${show(range.high)}`);

/** What the run will buy, before anything is spent. */
export function EstimatePanel({ result, children }: { result: CheckResult; children?: ReactNode }) {
  const { estimate, examples } = result;
  const short = estimate.shortfall;
  const amount = (value: number) => (short?.limit === "tokens" ? plural(Math.round(value), "token") : usd(value));
  return (
    <section aria-label="Estimate" className="mb-4 rounded border border-hairline bg-panel p-4">
      <p className="text-lead">
        {result.ready ? <span className="text-accent">Ready.</span> : <span className="text-lost">Not ready: {result.unready}</span>}{" "}
        {span(estimate.calls, count)} calls, {estimate.usd === null ? "of unknown price" : span(estimate.usd, usd)}, about {span(estimate.seconds, duration)} with {plural(estimate.concurrency, "call")} at once.
      </p>
      <p className="text-muted">{count(examples.train)} train, {count(examples.validation)} validation, {count(examples.test)} test{result.duplicates ? `; ${plural(result.duplicates, "duplicate")}, kept on one side` : ""}. The evidence will rest on {plural(estimate.test_examples, "test example")}. An estimate, not a promise: the budget is the promise.</p>
      <table className="grid-table mt-2 max-w-2xl">
        <thead><tr><th scope="col">Phase</th><th scope="col" className="num">Calls</th><th scope="col" className="num">Tokens in</th><th scope="col" className="num">Tokens out</th><th scope="col" className="num">USD</th></tr></thead>
        <tbody>{estimate.phases.map((one) => <tr key={one.phase}><td>{one.phase}</td><td className="num">{span(one.calls, count)}</td><td className="num">{span(one.tokens_in, count)}</td><td className="num">{span(one.tokens_out, count)}</td><td className="num">{span(one.usd, usd)}</td></tr>)}</tbody>
      </table>
      {short ? <p role="alert" className="mt-2 border-l-2 border-lost pl-3">These phases take {amount(short.needed)} at the least, and the limit lets the run buy {amount(short.most)}: it will rest early, perhaps before anything is proved. Raise the limit, or shorten the prompt or the data.</p> : null}
      {result.warnings.length ? <ul className="mt-2">{result.warnings.map((text) => <li key={text} className="prompt border-l-2 border-lost pl-3 whitespace-pre-wrap">{text}</li>)}</ul> : null}
      {estimate.unpriced.length ? <p className="mt-1 text-muted">Price unknown: {estimate.unpriced.join(", ")}.</p> : null}
      {children}
    </section>
  );
}
