import type { HeatView } from "./ordered";

/** The examples on which two candidates differ. */
export interface FlippedView extends HeatView {
  /** By column: by how much the second candidate's score is above the first one's. */
  change: number[];
  won: number;
  lost: number;
  /** How many examples both met. */
  both: number;
}

/** Leaves the examples that went over from one candidate to another, won ones first, and puts the two on top; null where one of them met none. */
export function flipped(view: HeatView, from: string, to: string): FlippedView | null {
  const [a, b] = [view.candidates.indexOf(from), view.candidates.indexOf(to)];
  if (a < 0 || b < 0) return null;
  const met = view.examples.flatMap((_, column) => {
    const [before, after] = [view.at(a, column), view.at(b, column)];
    return before === null || after === null ? [] : [{ column, change: after - before }];
  });
  // the order of the examples stays within both parts
  const won = met.filter(({ change }) => change > 0), lost = met.filter(({ change }) => change < 0);
  const columns = [...won, ...lost];
  const rows = [b, a, ...view.candidates.keys()].filter((row, at, all) => all.indexOf(row) === at);
  const pick = <T>(of: readonly T[], places: readonly number[]) => places.map((place) => of[place] as T);
  const kept = columns.map(({ column }) => column);
  return {
    candidates: pick(view.candidates, rows),
    examples: pick(view.examples, kept),
    at: (row, column) => view.at(rows[row] ?? -1, kept[column] ?? -1),
    means: pick(view.means, rows),
    stats: pick(view.stats, kept),
    answered: view.answered,
    change: columns.map(({ change }) => change),
    won: won.length,
    lost: lost.length,
    both: met.length,
  };
}
