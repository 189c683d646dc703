import { csv, preview } from "../new-run/preview";

/** A data set as a workspace keeps it: one JSON object a line. Lists and tables are turned into that; what is that already stays as it is. */
export function jsonLines(text: string): string {
  const { kind, error } = preview(text, 1);
  if (error) throw new Error(`The examples cannot be read: ${error}.`);
  if (kind === "jsonl" || kind === "empty") return text;
  if (kind === "json") return lines(JSON.parse(text) as unknown[]);
  const [head = [], ...body] = csv(text);
  // an empty cell of a column that says something of the row says nothing
  const cells = (row: string[]) => head.map((name, at) => [name, row[at] ?? ""] as const).filter(([name, cell]) => cell !== "" || !name.startsWith("__"));
  return lines(body.filter((row) => row.some((cell) => cell !== "")).map((row) => Object.fromEntries(cells(row))));
}

const lines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
