import { csv, type Preview } from "./preview";

/** A data set with columns renamed, in its own format; what is not named stays. */
export function renamed(text: string, kind: Preview["kind"], names: ReadonlyMap<string, string>): string {
  const of = (name: string) => names.get(name) ?? name;
  const row = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    const record = value as Record<string, unknown>;
    // a promptfoo test keeps its variables under `vars`
    if (typeof record.vars === "object" && record.vars !== null) return { ...record, vars: row(record.vars) };
    return Object.fromEntries(Object.entries(record).map(([name, value]) => [of(name), value]));
  };
  if (kind === "json") return JSON.stringify((JSON.parse(text) as unknown[]).map(row), null, 1);
  if (kind === "jsonl") return text.split("\n").map((line) => (line.trim() ? JSON.stringify(row(JSON.parse(line))) : line)).join("\n");
  const [head = [], ...body] = csv(text);
  return [head.map(of), ...body].map((cells) => cells.map(cell).join(",")).join("\n") + "\n";
}

const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The examples at these positions of a data set, in its own format. */
export function rowsAt(text: string, kind: Preview["kind"], positions: readonly number[]): string {
  const at = <R>(rows: readonly R[]) => positions.flatMap((position) => (position < rows.length ? [rows[position] as R] : []));
  if (kind === "json") return JSON.stringify(at(JSON.parse(text) as unknown[]));
  if (kind === "jsonl") return at(text.split("\n").filter((line) => line.trim())).join("\n");
  const [head = [], ...body] = csv(text);
  return [head, ...at(body.filter((row) => row.some((one) => one !== "")))].map((cells) => cells.map(cell).join(",")).join("\n") + "\n";
}

/** Names that prompt and check use and the data has not. */
export function lacking(wanted: readonly string[], columns: readonly string[]): string[] {
  return columns.length ? wanted.filter((name) => !columns.includes(name)) : [];
}
