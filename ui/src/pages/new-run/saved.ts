import { useQuery } from "@tanstack/react-query";
import { libraryItemQuery, libraryTextQuery } from "@/api/queries";

/** A data set of the workspace as a run file names it: `library://NAME`, with `@` and a version's number or a label behind it. */
export interface Saved {
  name: string;
  version: string | undefined;
}

export function savedOf(tests: string): Saved | null {
  const match = /^library:\/\/([^@]+)(?:@(.+))?$/.exec(tests.trim());
  return match?.[1] ? { name: match[1], version: match[2] } : null;
}

export const savedName = (name: string, version: number) => `library://${name}@${version}`;

/** The file that a run file takes its examples from, where it names one that this page does not send: pasted data is `data.jsonl`, `data.json` or `data.csv`. */
export function elsewhere(tests: string): string | null {
  const name = tests.trim().replace(/^file:\/\//, "");
  return name === "" || savedOf(tests) || /^data\.(jsonl|json|csv)$/.test(name) ? null : name;
}

/** The version that is meant: the newest where none is, and 0 where a label points nowhere. */
export function numberOf(version: string | undefined, item: { versions: number; labels: Record<string, number> }): number {
  if (version === undefined) return item.versions;
  return /^\d+$/.test(version) ? Number(version) : (item.labels[version] ?? 0);
}

/** The text of the data set that a run file names; undefined while it is read, and where it names none. */
export function useSavedText(ws: string, saved: Saved | null): { text: string | undefined; error: Error | null } {
  const item = useQuery({ ...libraryItemQuery(ws, "dataset", saved?.name ?? ""), enabled: saved !== null });
  const version = item.data ? numberOf(saved?.version, item.data) : 0;
  const text = useQuery({ ...libraryTextQuery(ws, "dataset", saved?.name ?? "", version), enabled: saved !== null && version > 0 });
  return { text: saved ? text.data?.text : undefined, error: saved ? (item.error ?? text.error) : null };
}
