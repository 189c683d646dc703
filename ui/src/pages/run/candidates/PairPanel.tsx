import { useQuery } from "@tanstack/react-query";
import { diffQuery } from "@/api/queries";
import { Button } from "@/components/Button";
import { Delta } from "@/components/Delta";
import { DiffText } from "@/components/DiffText";
import { ErrorNote } from "@/components/ErrorNote";
import { Loading } from "@/components/Loading";
import { NotPaired } from "@/components/NotPaired";
import { plural } from "@/lib/format";
import { Flips } from "../lineage/Flips";

/** Two candidates: what changed in the words and, example by example, in the scores. */
export function PairPanel({ run, a, b, onClose, onSwap }: { run: string; a: string; b: string; onClose: () => void; onSwap: () => void }) {
  const diff = useQuery(diffQuery(run, b, a));
  return (
    <section aria-label={`${b} against ${a}`} className="rounded border border-hairline bg-panel p-4">
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <h2 className="plate"><span className="font-mono text-lead">{b}</span> against <span className="font-mono text-lead">{a}</span></h2>
        <div className="ml-auto flex gap-2"><Button onClick={onSwap}>Swap</Button><Button onClick={onClose}>Close</Button></div>
      </div>
      {diff.isPending ? <Loading /> : null}
      {diff.error ? <ErrorNote error={diff.error} /> : null}
      {diff.data ? (
        <div className="grid gap-6 lg:grid-cols-[1fr_320px]">
          <div>
            {diff.data.components.map((component) => (
              <div key={component.component} className="mb-3">
                <h3 className="label mb-1">{component.component}</h3>
                <DiffText runs={component.runs} />
              </div>
            ))}
          </div>
          <div>
            <h3 className="label mb-1">Paired difference</h3>
            <NotPaired why={diff.data.not_paired} />
            {diff.data.scores.length === 0 && !diff.data.not_paired ? <p className="text-muted">They met no example in common.</p> : null}
            <ul>{diff.data.scores.map((one) => <li key={one.split}><Delta value={one.difference} low={one.ci_low} high={one.ci_high} note={`${one.split}, ${plural(one.examples, "example")}`} /></li>)}</ul>
            {diff.data.biased.length ? <p className="mt-1 text-small text-muted">For looking at, not a claim: train and validation scores took part in choosing.</p> : null}
            {diff.data.scores.map((one) => <Flips key={one.split} run={run} a={a} b={b} split={one.split} />)}
          </div>
        </div>
      ) : null}
    </section>
  );
}
