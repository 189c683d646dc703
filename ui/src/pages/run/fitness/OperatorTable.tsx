import { Link } from "@tanstack/react-router";
import type { GainShown, OperatorReport, Rate as Figure } from "@/api/types";
import { count, plural, signed } from "@/lib/format";

/** What each operator proposed, kept and earned. */
export function OperatorTable({ operators, shown, run }: { operators: OperatorReport[]; shown?: GainShown | null; run: string }) {
  const priced = operators.some((one) => one.per_usd);
  const most = Math.max(...operators.map((one) => one.proposed), 1);
  return (
    <section>
      <h2 className="plate mb-1">Operators</h2>
      <div className="overflow-x-auto">
        <table className="grid-table max-w-4xl">
          <thead>
            <tr><th scope="col">Operator</th><th scope="col">Proposals: kept, dropped, turned away</th><th scope="col" className="num">Kept</th><th scope="col" className="num">Dropped</th><th scope="col" className="num">Turned away</th><th scope="col" className="num">Tries</th><th scope="col" className="num">Trials</th><th scope="col" className="num">Gain</th><th scope="col" className="num">Gain a try</th><th scope="col" className="num">{priced ? "Gain a USD" : "Gain per 1,000 calls"}</th></tr>
          </thead>
          <tbody>
            {[...operators].sort((a, b) => b.gain - a.gain).map((one) => (
              <tr key={one.operator}>
                <td className="whitespace-nowrap"><Link to="/runs/$run" params={{ run }} search={{ filter: `operator=${one.operator}`, rejected: "yes" }} className="link">{one.operator}</Link></td>
                <td>
                  <svg width="180" height="10" role="img" aria-label={`${one.kept} kept, ${one.dropped} dropped, ${one.rejected} turned away`}>
                    <rect width={(one.kept / most) * 180} height="10" fill="var(--fill)" />
                    <rect x={(one.kept / most) * 180} width={(one.dropped / most) * 180} height="10" fill="var(--edge-faint)" />
                    <rect x={((one.kept + one.dropped) / most) * 180 + 0.5} y="0.5" width={Math.max(0, (one.rejected / most) * 180 - 1)} height="9" fill="none" stroke="var(--edge-faint)" />
                  </svg>
                </td>
                <td className="num">{count(one.kept)}</td><td className="num">{count(one.dropped)}</td><td className="num">{count(one.rejected)}</td><td className="num">{count(one.proposed)}</td><td className="num">{count(one.trials)}</td>
                <Rate of={{ value: one.gain, ci: one.gain_ci }} digits={3} strong />
                <Rate of={one.per_try} digits={4} />
                <Rate of={priced ? one.per_usd : one.per_1000_calls} digits={3} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-1 max-w-4xl text-muted">
        {shown
          ? <>Gains are shares of the {signed(shown.difference, 3)} ({signed(shown.ci[0], 3)} to {signed(shown.ci[1], 3)}) by which the best prompt is above the first one of its line on {plural(shown.examples, `${shown.split} example`)}{shown.split === "test" ? "" : ", which chose it and so flatter it"}: each kept edit on that line has its part in proportion to what it was expected to bring. </>
          : <>Gains are shares of what the best prompt is above the first one, once that is measured; the first prompt leads, or nothing was compared yet. </>}
        An edit that <i>rebase</i> carried over counts for whoever wrote it, so the tree, where each candidate has what made it, shows more of <i>rebase</i> and less of the others. In brackets 95 % intervals. They speak of this run only.
      </p>
    </section>
  );
}

function Rate({ of, digits, strong = false }: { of?: { value: number; ci?: Figure["ci"] } | null; digits: number; strong?: boolean }) {
  return (
    <td className={`num whitespace-nowrap ${strong ? "font-medium" : ""}`}>
      {of ? signed(of.value, digits) : "–"}
      {of?.ci ? <span className="font-normal text-muted"> [{signed(of.ci[0], digits)}, {signed(of.ci[1], digits)}]</span> : null}
    </td>
  );
}
