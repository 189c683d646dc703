import type { RunSummary } from "@/api/types";

/** What a press of Resume came to, as its notice says it: a run whose limit is spent rests again at once. */
export function resumed({ status, detail }: Pick<RunSummary, "status" | "detail">): string {
  if (status !== "paused" && status !== "failed") return "It goes on.";
  if (!detail) return "It rests again.";
  return `It rests again: ${detail}.${/ limit on (calls|USD|tokens|minutes) is spent/.test(detail) && !detail.includes("admin") ? " Raise that limit under Budget, then resume." : ""}`;
}
