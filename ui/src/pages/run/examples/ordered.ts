import type { Matrix } from "@/api/types";
import { wilson } from "@/lib/wilson";

export interface ExampleStat {
  example: number;
  column: number;
  mean: number;
  n: number;
  /** How much it tells candidates apart: the spread of its scores. */
  spread: number;
}
export interface HeatView {
  candidates: string[];
  examples: number[];
  /** Scores by row and column of the view. */
  at: (row: number, column: number) => number | null;
  means: (number | null)[];
  stats: ExampleStat[];
  answered: number;
}

/** The lower end of a row's interval: few lucky answers do not lead the list. */
function lowEnd(scores: readonly (number | null)[]): number | null {
  const known = scores.filter((value): value is number => value !== null);
  return known.length ? wilson(known.reduce((sum, value) => sum + value, 0) / known.length, known.length)[0] : null;
}

/** The matrix, its surest candidates first and its examples in an order, with what is known of each. */
export function ordered(matrix: Matrix, order: "difficulty" | "discrimination" | "id"): HeatView {
  // a candidate that met no example of the split has no row
  const rows = matrix.scores
    .map((scores, row) => ({ row, low: lowEnd(scores) }))
    .filter(({ low }) => low !== null)
    .sort((a, b) => (b.low ?? 0) - (a.low ?? 0) || a.row - b.row)
    .map(({ row }) => row);
  const stats: ExampleStat[] = matrix.examples.map((example, column) => {
    let n = 0, sum = 0, squares = 0;
    for (const row of matrix.scores) {
      const value = row[column];
      if (value === null || value === undefined) continue;
      n++;
      sum += value;
      squares += value * value;
    }
    const mean = n ? sum / n : NaN;
    return { example, column, mean, n, spread: n > 1 ? Math.max(0, squares / n - mean * mean) : 0 };
  });
  const last = (value: number) => (Number.isNaN(value) ? Infinity : value);
  if (order === "difficulty") stats.sort((a, b) => last(a.mean) - last(b.mean) || a.example - b.example);
  if (order === "discrimination") stats.sort((a, b) => b.spread - a.spread || a.example - b.example);
  const columns = stats.map((stat) => stat.column);
  const means = rows.map((row) => {
    const known = (matrix.scores[row] ?? []).filter((value): value is number => value !== null);
    return known.length ? known.reduce((sum, value) => sum + value, 0) / known.length : null;
  });
  return {
    candidates: rows.map((row) => `c${matrix.candidates[row]}`),
    examples: stats.map((stat) => stat.example),
    at: (row, column) => matrix.scores[rows[row] ?? -1]?.[columns[column] ?? -1] ?? null,
    means,
    stats,
    answered: stats.reduce((sum, stat) => sum + stat.n, 0),
  };
}
