import type { DiffRun } from "@/api/types";
import { PromptText } from "./PromptText";

/** A word diff: what came is marked in the accent, what went is struck through in the warning colour. */
export function DiffText({ runs }: { runs: DiffRun[] }) {
  return (
    <div className="prompt" dir="auto">
      {runs.map((run, at) => {
        if (run.kind === "insert") return <ins key={at} className="bg-accent-soft text-ink no-underline"><PromptText text={run.text} /></ins>;
        if (run.kind === "delete") return <del key={at} className="bg-lost-soft text-muted"><PromptText text={run.text} /></del>;
        return <PromptText key={at} text={run.text} />;
      })}
    </div>
  );
}
