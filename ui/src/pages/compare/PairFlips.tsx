import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { matrixQuery, reportQuery } from "@/api/queries";
import { flipsBetween } from "./flips";

/** So many examples are named; the rest is counted. */
const NAMED = 8;

/** The test examples that the chosen prompt of one run wins and loses against that of another; each leads to its answer. */
export function PairFlips({ a, b }: { a: string; b: string }) {
  const [first, second] = [useQuery(matrixQuery(a, "test")), useQuery(matrixQuery(b, "test"))];
  const [old, fresh] = [useQuery(reportQuery(a)).data?.best?.candidate, useQuery(reportQuery(b)).data?.best?.candidate];
  if (!first.data || !second.data || !old || !fresh) return null;
  const { won, lost } = flipsBetween(first.data, old, second.data, fresh);
  const named = (examples: number[]) => examples.slice(0, NAMED).map((example) => <Link key={example} to="/runs/$run/examples" params={{ run: b }} search={{ split: "test", order: undefined, cell: `${fresh}:${example}` }} className="link mr-1.5 font-mono text-small">e{example}</Link>);
  const rest = (examples: number[]) => (examples.length > NAMED ? <span className="text-muted">and {examples.length - NAMED} more</span> : null);
  return (
    <>
      <span className="block"><span className="font-semibold text-accent">{won.length} won</span> {named(won)}{rest(won)}</span>
      <span className="block"><span className="font-semibold text-lost">{lost.length} lost</span> {named(lost)}{rest(lost)}</span>
    </>
  );
}
