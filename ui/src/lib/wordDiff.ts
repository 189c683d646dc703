import type { DiffRun } from "@/api/types";

const MOST = 4_000;

/** A word diff of texts the server does not compare itself: longest common subsequence of words (Myers' greedy search is not needed at this size). */
export function wordDiff(before: string, after: string): DiffRun[] {
  const a = before.split(/(?<=\s)(?=\S)/), b = after.split(/(?<=\s)(?=\S)/);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const x = a.slice(start, a.length - end), y = b.slice(start, b.length - end);
  const runs: DiffRun[] = [];
  const push = (kind: DiffRun["kind"], text: string) => {
    if (!text) return;
    const last = runs.at(-1);
    if (last?.kind === kind) last.text += text;
    else runs.push({ kind, text });
  };
  push("equal", a.slice(0, start).join(""));
  if (x.length * y.length > MOST * MOST) {
    push("delete", x.join(""));
    push("insert", y.join(""));
  } else {
    const width = y.length + 1;
    const table = new Uint16Array((x.length + 1) * width);
    for (let i = x.length - 1; i >= 0; i--) for (let j = y.length - 1; j >= 0; j--) table[i * width + j] = x[i] === y[j] ? (table[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(table[(i + 1) * width + j] ?? 0, table[i * width + j + 1] ?? 0);
    let i = 0, j = 0;
    while (i < x.length || j < y.length) {
      if (i < x.length && j < y.length && x[i] === y[j]) {
        push("equal", x[i] ?? "");
        i++;
        j++;
      } else if (i < x.length && (j >= y.length || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0))) push("delete", x[i++] ?? "");
      else push("insert", y[j++] ?? "");
    }
  }
  push("equal", a.slice(a.length - end).join(""));
  return spaced(runs);
}

/** Words bring the space behind them along: where an old and a new one end in the same, an empty line say, it is neither. */
function spaced(runs: readonly DiffRun[]): DiffRun[] {
  const out: DiffRun[] = [];
  const behind = (text: string) => /\s*$/.exec(text)?.[0] ?? "";
  runs.forEach((run, at) => {
    const [before, next] = [runs[at - 1], runs[at + 1]];
    const pair = run.kind === "delete" && next?.kind === "insert" ? next : run.kind === "insert" && before?.kind === "delete" ? before : undefined;
    const same = pair && behind(pair.text) === behind(run.text) ? behind(run.text) : "";
    const last = out.at(-1);
    if (run.kind === "equal" && last?.kind === "equal") last.text += run.text;
    else out.push({ kind: run.kind, text: same ? run.text.slice(0, -same.length) : run.text });
    if (same && run.kind === "insert") out.push({ kind: "equal", text: same });
  });
  return out;
}
