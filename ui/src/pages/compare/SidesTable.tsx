import { Link } from "@tanstack/react-router";
import type { Evidence, Side } from "@/api/types";
import { Badge } from "@/components/Badge";
import { Delta } from "@/components/Delta";
import { RunState } from "@/components/RunState";
import { Score } from "@/components/Score";
import { count, usd } from "@/lib/format";
import { hue, STROKES } from "./hues";

export function SidesTable({ sides }: { sides: Side[] }) {
  return (
    <div className="overflow-x-auto">
      <table className="grid-table">
        <thead><tr><th scope="col">Run</th><th scope="col">Status</th><th scope="col">Strategy, model</th><th scope="col" className="num">Seed, test</th><th scope="col" className="num">Best, test</th><th scope="col">Difference</th><th scope="col" className="num">Candidates</th><th scope="col" className="num">Turned away</th><th scope="col" className="num">Calls</th><th scope="col" className="num">USD</th></tr></thead>
        <tbody>
          {sides.map((side, at) => (
            <tr key={side.run}>
              <td className="min-w-48"><svg width="22" height="8" aria-hidden="true" className="mr-2 inline"><line x1="0" x2="22" y1="4" y2="4" stroke={hue(at)} strokeWidth="2.4" strokeDasharray={STROKES[at % STROKES.length]} /></svg><Link to="/runs/$run" params={{ run: side.run }} className="link font-medium">{side.description || side.run}</Link> <span className="font-mono text-small text-muted">{side.run}</span></td>
              <td><RunState status={side.status} /></td>
              <td className="whitespace-nowrap">{side.strategy} <span className="text-muted">{side.model}</span> {side.simulated ? <Badge>simulated</Badge> : null}</td>
              <td className="num"><Score value={side.evidence?.seed_score} low={side.evidence?.seed_ci[0]} high={side.evidence?.seed_ci[1]} /></td>
              <td className="num"><Score value={side.evidence?.best_score} low={side.evidence?.best_ci[0]} high={side.evidence?.best_ci[1]} /></td>
              <td><Difference evidence={side.evidence} /></td>
              <td className="num">{count(side.candidates)}</td><td className="num">{count(side.rejected)}</td><td className="num">{count(side.spent.calls)}</td><td className="num">{usd(side.spent.usd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What was shown. A prompt differs from itself by nothing, with no doubt about it. */
function Difference({ evidence }: { evidence: Evidence | null }) {
  if (!evidence) return <span className="text-muted">not tested</span>;
  if (evidence.ci_low === 0 && evidence.ci_high === 0) return <span className="text-muted">seed prompt kept</span>;
  return <Delta value={evidence.difference} low={evidence.ci_low} high={evidence.ci_high} />;
}
