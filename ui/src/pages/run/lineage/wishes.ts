import type { Recorded } from "@/api/types";

export type Wish = "pinned" | "rejected" | null;

/** What people last said about a candidate, by the entries of the journal that steer. */
export function wishOf(entries: readonly Recorded[], candidate: string): Wish {
  let wish: Wish = null;
  for (const { wish: said } of entries) {
    const { what, candidate: of } = (said ?? {}) as { what?: string; candidate?: number };
    if (`c${String(of)}` !== candidate) continue;
    if (what === "pin") wish = "pinned";
    else if (what === "reject") wish = "rejected";
    else if (what === "unpin") wish = null;
  }
  return wish;
}
