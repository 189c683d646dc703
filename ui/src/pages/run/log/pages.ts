import type { Recorded } from "@/api/types";

/** A stretch of the journal that was read: entries from `from` on, before `to`, perhaps only some kinds of them. */
export interface Stretch {
  from: number;
  to: number;
  entries: Recorded[];
}

/** What is shown: what was read and what came since, and between the two what is not at hand. */
export interface Joined {
  entries: Recorded[];
  gap: { after: number; missing: number } | null;
}

/** Joins stretches, oldest first, with the live end. */
export function joined(read: readonly Stretch[], live: readonly Recorded[]): Joined {
  const to = read.at(-1)?.to ?? 0;
  const news = live.filter((entry) => entry.seq >= to);
  const first = news[0]?.seq ?? to;
  return { entries: [...read.flatMap((stretch) => stretch.entries), ...news], gap: first > to ? { after: to - 1, missing: first - to } : null };
}
