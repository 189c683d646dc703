import { jsonLines } from "../library/jsonLines";

/** A data set with one more example, as a workspace keeps it: JSON lines. */
export function withExample(text: string, example: Record<string, string>): string {
  const whole = jsonLines(text).trimEnd();
  const nested = whole !== "" && "vars" in (JSON.parse(whole.split("\n")[0] ?? "{}") as object);
  return `${whole ? `${whole}\n` : ""}${JSON.stringify(nested ? { vars: example } : example)}\n`;
}
