import type { Headroom } from "@/api/types";
import { count, plural, score, signed } from "@/lib/format";

/** What there was to gain, measured before the search spent its budget. */
export function HeadroomNote({ headroom }: { headroom: Headroom }) {
  return (
    <section className="max-w-3xl">
      <h2 className="plate mb-1">Headroom</h2>
      <p>
        The seed prompt scored <b>{score(headroom.score)}</b> <span className="text-muted">({score(headroom.ci_low)} to {score(headroom.ci_high)}) on {plural(headroom.n, "example")}</span>.
        {headroom.noise !== null ? <span className="text-muted"> Asked twice, {Math.round(headroom.noise * headroom.repeats)} of {plural(headroom.repeats, "answer")} scored otherwise{headroom.ceiling === null ? "." : <>; at that noise no prompt can be expected above <b>{score(headroom.ceiling)}</b>.</>}</span> : null}
      </p>
      {headroom.power.length ? (
        <table className="grid-table mt-2 max-w-md">
          <thead><tr><th scope="col">To show a gain of</th><th scope="col" className="num">Test examples</th><th scope="col" className="num">Calls</th></tr></thead>
          <tbody>{headroom.power.map((row) => <tr key={row.gain}><td>{signed(row.gain)}</td><td className="num">{count(row.examples)}</td><td className="num">{count(row.calls)}</td></tr>)}</tbody>
        </table>
      ) : null}
      {headroom.power.length ? <p className="mt-1 text-muted">Reckoned before anything was compared, for two prompts that differ by chance as much as two answers of the seed did, and by the gain. Evidence reckons with how much seed and best really differ, so it may ask for more.</p> : null}
    </section>
  );
}
