import type { RunStatus } from "@/api/types";

const SHAPES: Record<RunStatus, string> = { running: "●", paused: "‖", failed: "✕", finished: "✓" };

/** A run's status: a shape and a word, not a colour alone. Of a deleted run that alone matters. */
export function RunState({ status, note, deleted = false }: { status: RunStatus; note?: string; deleted?: boolean }) {
  if (deleted) return <span className="whitespace-nowrap text-lost"><span aria-hidden="true" className="inline-block w-4">✕</span><span>deleted</span></span>;
  const tone = status === "running" ? "text-accent" : status === "failed" ? "text-lost" : "text-muted";
  return (
    <span className="whitespace-nowrap">
      <span aria-hidden="true" className={`inline-block w-4 ${tone}`}>{SHAPES[status]}</span>
      <span className={status === "failed" ? "text-lost" : ""}>{status}</span>
      {note ? <span className="text-muted">, {note}</span> : null}
    </span>
  );
}
