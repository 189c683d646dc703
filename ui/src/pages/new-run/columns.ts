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

/** The first examples of a data set, in its own format. */
export function firstOf(text: string, kind: Preview["kind"], most: number): string {
  if (kind === "json") return JSON.stringify((JSON.parse(text) as unknown[]).slice(0, most));
  if (kind === "jsonl") return text.split("\n").filter((line) => line.trim()).slice(0, most).join("\n");
  return csv(text).slice(0, most + 1).map((cells) => cells.map(cell).join(",")).join("\n") + "\n";
}

/** Names that prompt and check use and the data has not. */
export function lacking(wanted: readonly string[], columns: readonly string[]): string[] {
  return columns.length ? wanted.filter((name) => !columns.includes(name)) : [];
}
