import type { Recorded } from "@/api/types";
import { KEPT } from "@/api/useRunStream";

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

/**
 * Up to where the journal has to be read to meet the live end: entries come between the answer that told its length and the first of the stream.
 * Where the live end has let entries go since, that is left to whoever looks: at 500 entries a second it would be read anew all the time.
 */
export function meeting(length: number, live: readonly Recorded[]): number {
  return live.length < KEPT ? Math.max(length, live[0]?.seq ?? 0) : length;
}
