import { useQuery } from "@tanstack/react-query";
import { reportQuery } from "@/api/queries";
import { DiffText } from "@/components/DiffText";
import { wordDiff } from "@/lib/wordDiff";

/** What the best prompts of two runs say differently. */
export function BestDiff({ a, b }: { a: string; b: string }) {
  const first = useQuery(reportQuery(a));
  const second = useQuery(reportQuery(b));
  const old = first.data?.best?.prompt, next = second.data?.best?.prompt;
  if (old === undefined || next === undefined) return null;
  return (
    <section>
      <h2 className="plate mb-1">The best prompts: <span className="font-mono text-lead">{b}</span> against <span className="font-mono text-lead">{a}</span></h2>
      <div className="max-w-4xl rounded border border-hairline bg-panel p-4"><DiffText runs={wordDiff(old, next)} /></div>
    </section>
  );
}
