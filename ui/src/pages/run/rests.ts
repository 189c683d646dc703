import type { Budget, RunSummary, Spent } from "@/api/types";

/** What a press of Resume came to, as its notice says it: a run whose limit is spent rests again at once. */
export function resumed({ status, detail }: Pick<RunSummary, "status" | "detail">): string {
  if (status !== "paused" && status !== "failed") return "It goes on.";
  if (!detail) return "It rests again.";
  return `It rests again: ${detail}.${/ limit on (calls|USD|tokens|minutes) is spent/.test(detail) && !detail.includes("admin") ? " Raise that limit under Budget, then resume." : ""}`;
}

/** Whether the limit that put a run down has been raised since, by so much that a call has room. */
export function raisedSince(detail: string, spent: Spent, budget: Budget | undefined): boolean {
  const named = /^the budget's limit on (calls|USD|tokens|minutes) is spent/.exec(detail)?.[1];
  if (!named || !budget) return false;
  const pairs: Record<string, [number, number | null | undefined]> = {
    calls: [spent.calls, budget.calls],
    USD: [spent.usd, budget.usd],
    tokens: [spent.tokens_in + spent.tokens_out, budget.tokens],
    minutes: [spent.seconds / 60, budget.minutes],
  };
  const [used, limit] = pairs[named] ?? [0, 0];
  // a limit is called spent when less than a call's worth is left of it
  return limit == null || used < limit * 0.9;
}
