import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { flipsQuery } from "@/api/queries";
import type { Split } from "@/api/types";
import { NotPaired } from "@/components/NotPaired";
import { plural, score } from "@/lib/format";

interface Props {
  run: string;
  a: string;
  b: string;
  split: Split;
}

/** The examples that went over between two candidates: won and lost, or why they are not held against each other. */
export function Flips({ run, a, b, split }: Props) {
  const { data } = useQuery(flipsQuery(run, a, b, split));
  if (data?.not_paired) return <NotPaired why={data.not_paired} className="mt-4" />;
  if (!data?.items.length) return null;
  const flips = data.items.map((flip) => ({ ...flip, change: flip.b - flip.a })).filter((flip) => flip.change !== 0);
  const won = flips.filter((flip) => flip.change > 0).length;
  const lost = flips.length - won;
  return (
    <section className="mt-4">
      <h4 className="label mb-1">Examples that flipped, {split}</h4>
      <ul className="flex flex-wrap gap-1" aria-label={`${won} won, ${lost} lost`}>
        {flips.slice(0, 160).map((flip) => {
          const gained = flip.change > 0;
          return (
            <li key={flip.example}>
              <Link
                to="/runs/$run/examples"
                params={{ run }}
                search={{ split, order: undefined, cell: `${b}:${flip.example}` }}
                title={`e${flip.example}: ${score(flip.a)} to ${score(flip.b)}`}
                aria-label={`Example ${flip.example}, ${gained ? "won" : "lost"}`}
                className={`flex h-5 w-5 items-center justify-center text-small leading-none ${gained ? "bg-accent text-on-accent" : "bg-lost text-on-lost"}`}
              >
                {gained ? "+" : "−"}
              </Link>
            </li>
          );
        })}
      </ul>
      <p className="mt-1"><span className="font-semibold text-accent">{plural(won, "won", "won")}</span>, <span className="font-semibold text-lost">{plural(lost, "lost", "lost")}</span><span className="text-muted"> against {a}</span></p>
    </section>
  );
}
