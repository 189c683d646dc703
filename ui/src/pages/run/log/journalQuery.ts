import { infiniteQueryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Recorded } from "@/api/types";
import type { Stretch } from "./pages";

/** Entries read in one go; where only some kinds are asked for, which the server picks out, it looks through more. */
const READ = 1_000;
const LOOKED_THROUGH = 20_000;

/** The journal from its end backwards, one stretch after the other. What comes later arrives by the stream. */
export const journalQuery = (run: string, length: number, events: readonly string[] | undefined) => {
  const step = events ? LOOKED_THROUGH : READ;
  return infiniteQueryOptions({
    queryKey: ["run", run, "journal", length, events ?? []],
    queryFn: async ({ pageParam: to, signal }): Promise<Stretch> => {
      const from = Math.max(0, to - step);
      if (to === 0) return { from, to, entries: [] };
      const text = await api.text(`/runs/${run}/journal`, { from, limit: to - from, events: events?.join(",") }, signal);
      return { from, to, entries: text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as Recorded) };
    },
    initialPageParam: length,
    getNextPageParam: () => undefined,
    getPreviousPageParam: (first) => (first.from > 0 ? first.from : undefined),
    // a journal is only ever added to
    staleTime: Infinity,
    placeholderData: (before) => before,
  });
};
