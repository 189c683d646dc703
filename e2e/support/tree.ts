/** A made-up tree in the shape of the lineage answer, with a second parent for one node in eleven. Always the same one. */
export function tree(run: string, count: number): unknown {
  let seed = 7;
  const random = () => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const parents: number[] = [-1];
  const xs: number[] = [0];
  for (let at = 1; at < count; at++) {
    const from = Math.floor(Math.max(0, at - 1 - random() ** 2 * Math.min(at, 400)));
    parents.push(from);
    xs.push((xs[from] ?? 0) + 1);
  }
  const children: number[][] = parents.map(() => []);
  parents.forEach((from, at) => from >= 0 && children[from]?.push(at));
  const ys = new Array<number>(count).fill(0);
  const order: number[] = [];
  let row = 0;
  const open: [number, number][] = [[0, 0]];
  while (open.length) {
    const [at, y] = open.pop() as [number, number];
    ys[at] = y < 0 ? ++row : y;
    order.push(at);
    const own = children[at] ?? [];
    for (let number = own.length - 1; number >= 0; number--) open.push([own[number] as number, number === 0 ? (ys[at] as number) : -1]);
  }
  const descent = new Set<number>();
  for (let at = count - 1; at >= 0; at = parents[at] ?? -1) descent.add(at);
  const id = (at: number) => `${run}@c${at}`;
  const edge = (from: number, relation: string, on: boolean) => ({ x: xs[from], y: ys[from], relation, descent: on });
  const marks = order.map((at) => {
    const from = parents[at] ?? -1;
    const second = at > 20 && at % 11 === 0 ? Math.floor(random() * at) : -1;
    const relation = from < 0 ? "seed" : second >= 0 ? "derived_from" : "mutated_from";
    const mean = Math.min(1, 0.3 + (at / count) * 0.5 * random() + 0.2 * random());
    const edges = [...(from >= 0 ? [edge(from, relation, descent.has(at))] : []), ...(second >= 0 ? [edge(second, relation, false)] : [])];
    return {
      id: id(at), x: xs[at], y: ys[at], descent: descent.has(at), edges,
      node: { id: id(at), entry: at, generation: xs[at], operator: from < 0 ? null : ["reflect", "merge", "paraphrase"][at % 3], model: "made-up", relation, parents: from < 0 ? [] : [id(from)], note: `note ${at}`, status: random() < 0.3 && !descent.has(at) ? "dropped" : "kept", reason: "", score: { mean, low: Math.max(0, mean - 0.1), high: Math.min(1, mean + 0.1), trials: Math.floor(random() * 90) }, scores: {}, cost: 0.001, turned_away: 0 },
    };
  });
  return { columns: Math.max(...xs) + 1, rows: row + 1, best: id(count - 1), total: count, marks, matching: null, next: null };
}
