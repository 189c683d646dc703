import { csv, preview } from "../new-run/preview";

/** A data set with one more example, in the form that it has; where it is empty, as JSON lines. */
export function withExample(text: string, example: Record<string, string>): string {
  const { kind } = preview(text, 1);
  const whole = text.trimEnd();
  if (kind === "json") {
    const all = JSON.parse(whole) as unknown[];
    const nested = all.some((row) => typeof row === "object" && row !== null && "vars" in row);
    return JSON.stringify([...all, nested ? { vars: example } : example], null, 2);
  }
  if (kind === "csv") {
    const head = csv(whole.slice(0, whole.indexOf("\n") < 0 ? undefined : whole.indexOf("\n")))[0] ?? [];
    const line = whole.split("\n")[0] ?? "";
    const separator = [",", ";", "\t"].reduce((best, sign) => (line.split(sign).length > line.split(best).length ? sign : best), ",");
    const unknown = Object.keys(example).filter((name) => !head.includes(name));
    if (unknown.length) throw new Error(`the table has no column ${unknown.join(", ")}`);
    return `${whole}\n${head.map((name) => quoted(example[name] ?? "", separator)).join(separator)}\n`;
  }
  const nested = whole.startsWith("{") && "vars" in (JSON.parse(whole.split("\n")[0] ?? "{}") as object);
  return `${whole ? `${whole}\n` : ""}${JSON.stringify(nested ? { vars: example } : example)}\n`;
}

const quoted = (cell: string, separator: string) => (/["\n\r]/.test(cell) || cell.includes(separator) ? `"${cell.replaceAll('"', '""')}"` : cell);
