import { Link } from "@tanstack/react-router";
import type { OperatorReport } from "@/api/types";
import { count, score, signed } from "@/lib/format";

/** What each operator proposed, kept and earned. */
export function OperatorTable({ operators, run }: { operators: OperatorReport[]; run: string }) {
  const most = Math.max(...operators.map((one) => one.proposed), 1);
  return (
    <section>
      <h2 className="plate mb-1">Operators</h2>
      <div className="overflow-x-auto">
        <table className="grid-table max-w-4xl">
          <thead>
            <tr><th scope="col">Operator</th><th scope="col">Proposals: kept, dropped, turned away</th><th scope="col" className="num">Kept</th><th scope="col" className="num">Dropped</th><th scope="col" className="num">Turned away</th><th scope="col" className="num">Trials</th><th scope="col" className="num">Gain</th><th scope="col" className="num">Gain per 100 trials</th></tr>
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
                <td className="num">{count(one.kept)}</td><td className="num">{count(one.dropped)}</td><td className="num">{count(one.rejected)}</td><td className="num">{count(one.trials)}</td>
                <td className="num font-medium">{signed(one.gain, 3)}</td>
                <td className="num text-muted">{one.trials ? score((one.gain / one.trials) * 100, 3) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="mt-1 text-muted">Gain is what the candidates brought that the best prompt descends from: the sum of their expected gains, in mean train score. It speaks of this run only.</p>
    </section>
  );
}
