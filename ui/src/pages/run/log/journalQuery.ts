import { queryOptions } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Recorded } from "@/api/types";

const PAGE = 5_000;

/** The whole journal so far, read in pages. What comes later arrives by the stream. */
export const journalQuery = (run: string) =>
  queryOptions({
    queryKey: ["run", run, "journal"],
    queryFn: async ({ signal }) => {
      const entries: Recorded[] = [];
      for (;;) {
        const text = await api.text(`/runs/${run}/journal`, { from: entries.length, limit: PAGE }, signal);
        const page = text.split("\n").filter(Boolean).map((line) => JSON.parse(line) as Recorded);
        entries.push(...page);
        if (page.length < PAGE) return entries;
      }
    },
    staleTime: 30_000,
  });
