/** The points that no other one beats, smaller first value and larger second, in order of the first. */
export function frontier(points: readonly (readonly [number, number])[]): number[] {
  const order = points.map((_, at) => at).sort((a, b) => (points[a]?.[0] ?? 0) - (points[b]?.[0] ?? 0) || (points[b]?.[1] ?? 0) - (points[a]?.[1] ?? 0));
  const front: number[] = [];
  let best = -Infinity;
  for (const at of order) {
    const value = points[at]?.[1] ?? -Infinity;
    if (value > best) {
      best = value;
      front.push(at);
    }
  }
  return front;
}
