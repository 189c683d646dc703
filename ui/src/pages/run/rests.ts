import type { RunDetail, RunSummary } from "@/api/types";

/** What a press of Resume came to, as its notice says it: a run whose limit is spent rests again at once. */
export function resumed({ status, detail }: Pick<RunSummary, "status" | "detail">): string {
  if (status !== "paused" && status !== "failed") return "It goes on.";
  if (!detail) return "It rests again.";
  return `It rests again: ${detail}.${/ limit on (calls|USD|tokens|minutes) is spent/.test(detail) && !detail.includes("admin") ? " Raise that limit under Budget, then resume." : ""}`;
}

/** How the search of a run may be ended: what its button asks first. Null where there is nothing to end. */
export function stopping({ run }: Pick<RunDetail, "run">): string | null {
  if (run.deleted || run.status === "finished") return null;
  const search = run.mode === "optimize";
  if (run.status === "running") {
    return search ? "The search ends here. What it has found is chosen from and tested, as far as the budget allows. To go on later, pause instead." : "The evaluation is put down here. Resume goes on with it.";
  }
  // one that rests goes on for it; without candidates there is nothing to choose from, and an evaluation that rests is down already
  if (!search || run.candidates === 0) return null;
  return "The search ends where it rests. The run goes on once more, to choose from what was found and to test the choice, as far as the budget allows. To search on, resume instead.";
}
