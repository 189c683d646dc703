export type Better = "more" | "less" | null;

/**
 * The points that no other one beats in both values, in order of the first. What is wanted of each stands in `better`; a value of which
 * neither end is wanted is taken as wanted small, as the price that is paid for the other.
 */
export function frontier(points: readonly (readonly [number, number])[], better: readonly [Better, Better] = ["less", "more"]): number[] {
  const sign = [better[0] === "more" ? -1 : 1, better[1] === "more" ? 1 : -1] as const;
  const x = (at: number) => sign[0] * (points[at]?.[0] ?? 0);
  const y = (at: number) => sign[1] * (points[at]?.[1] ?? 0);
  const order = points.map((_, at) => at).sort((a, b) => x(a) - x(b) || y(b) - y(a));
  const front: number[] = [];
  let best = -Infinity;
  for (const at of order) {
    if (y(at) > best) {
      best = y(at);
      front.push(at);
    }
  }
  return sign[0] < 0 ? front.reverse() : front;
}
