import type { TriedAnswer } from "@/api/types";
import { CopyButton } from "@/components/CopyButton";
import { count, usd } from "@/lib/format";

/** What each model made of the prompt, side by side. */
export function Answers({ answers, expected }: { answers: readonly TriedAnswer[]; expected: string }) {
  return (
    <div className="grid gap-4 [grid-template-columns:repeat(auto-fit,minmax(18rem,1fr))]">
      {answers.map((one, at) => (
        <section key={at} aria-label={`Answer of ${one.model}`} className="flex min-w-0 flex-col rounded border border-hairline bg-panel">
          <header className="flex items-baseline gap-3 border-b border-hairline px-3 py-2">
            <h3 className="truncate font-mono text-small font-semibold" title={one.model}>{one.model}</h3>
            {one.error === null ? <span className="ml-auto text-small whitespace-nowrap text-muted">{one.usd === null ? "price unknown" : usd(one.usd)}, {count(one.latency_ms)} ms</span> : null}
          </header>
          {one.error === null ? (
            <pre className="prompt max-h-[50vh] flex-1 overflow-auto px-3 py-2" tabIndex={0} dir="auto">{one.text || <span className="text-muted">It said nothing.</span>}</pre>
          ) : (
            <p role="alert" className="flex-1 px-3 py-2 text-lost">{one.error}</p>
          )}
          {one.error === null ? (
            <footer className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-hairline px-3 py-2 text-small text-muted">
              <span>{count(one.tokens_in)} + {count(one.tokens_out)} tokens{one.finish && one.finish !== "stop" ? `, ended by ${one.finish.replaceAll("_", " ")}` : ""}</span>
              {expected.trim() ? <Holds text={one.text ?? ""} expected={expected.trim()} /> : null}
              <span className="ml-auto"><CopyButton text={one.text ?? ""} what="The answer is copied." /></span>
            </footer>
          ) : null}
        </section>
      ))}
    </div>
  );
}

/** Whether the right answer's text stands in an answer; no more than that is claimed. */
function Holds({ text, expected }: { text: string; expected: string }) {
  const holds = text.toLowerCase().includes(expected.toLowerCase());
  return <span className={holds ? "text-accent" : "text-lost"}>{holds ? "✓ has" : "✕ lacks"} “{expected.length > 24 ? `${expected.slice(0, 24)}…` : expected}”</span>;
}
