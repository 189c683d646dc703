import type { Pair } from "@/api/types";
import { Delta } from "@/components/Delta";
import { NotPaired } from "@/components/NotPaired";
import { count, pValue } from "@/lib/format";
import { PairFlips } from "./PairFlips";

/** The chosen prompts of each two runs on the test examples that both met. */
export function PairsTable({ pairs, refused }: { pairs: Pair[]; refused: string[] }) {
  return (
    <section>
      <h2 className="plate mb-1">The chosen prompts, example by example</h2>
      {pairs.length ? (
        <div className="overflow-x-auto">
          <table className="grid-table">
            <thead><tr><th scope="col">Second against first</th><th scope="col" className="num">Test examples</th><th scope="col">Difference</th><th scope="col" className="num">p</th><th scope="col" className="num">p, Holm</th><th scope="col">Shown</th><th scope="col">Examples that flipped</th></tr></thead>
            <tbody>{pairs.map((pair) => <tr key={pair.a + pair.b}><td className="font-mono text-small">{pair.b} against {pair.a}</td><td className="num">{count(pair.n)}</td><td><Delta value={pair.difference} low={pair.ci_low} high={pair.ci_high} /></td><td className="num">{pValue(pair.p_value)}</td><td className="num">{pValue(pair.p_holm)}</td><td>{pair.p_holm < 0.05 ? `${pair.difference > 0 ? pair.b : pair.a} is better` : "no difference shown"}</td><td className="min-w-56"><PairFlips a={pair.a} b={pair.b} /></td></tr>)}</tbody>
          </table>
        </div>
      ) : null}
      {refused.map((text) => <NotPaired key={text} why={text} className="mt-1" />)}
      {pairs.length > 1 ? <p className="mt-1 text-muted">Holm corrects for having asked about {count(pairs.length)} pairs at once.</p> : null}
    </section>
  );
}
