import { url } from "@/api/client";

/** A text as one word of a POSIX shell. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** A request of the API as a command for a shell. It names a token by a variable and holds none. */
export function curl(path: string, body?: unknown, query?: Record<string, string | number | undefined>): string {
  const origin = typeof location === "undefined" ? "" : location.origin;
  const parts = ["curl --fail-with-body -H \"Authorization: Bearer $CLADE_TOKEN\""];
  if (body !== undefined) parts.push("-H 'Content-Type: application/json'", `--data-raw ${quoted(JSON.stringify(body))}`);
  parts.push(quoted(origin + url(path, query)));
  return parts.join(" \\\n  ");
}
