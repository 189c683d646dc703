import { useQuery } from "@tanstack/react-query";
import { riseQuery } from "@/api/queries";
import type { RunSummary } from "@/api/types";
import { score } from "@/lib/format";
import { sparkPath } from "./sparkPath";
import { useRests } from "./useRests";

const WIDTH = 84;
const HEIGHT = 22;

/** How the best score on train rose over calls. Its curve is asked for once the row has stayed on screen, with those of all rows that have. */
export function Sparkline({ run }: { run: RunSummary }) {
  const rests = useRests();
  const live = run.status === "running";
  const curve = useQuery({ ...riseQuery(run.workspace, run.run), enabled: rests && run.mode === "optimize" && run.generation > 0, staleTime: live ? 2_000 : 600_000, refetchInterval: live ? 5_000 : false });
  const path = sparkPath(curve.data, WIDTH, HEIGHT);
  if (!path) return <svg width={WIDTH} height={HEIGHT} aria-hidden="true" />;
  const last = curve.data?.steps.at(-1);
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={`Best on train: from ${score(curve.data?.seed)} to ${score(last?.best)}`}>
      <title>{`Best on train: from ${score(curve.data?.seed)} to ${score(last?.best)}`}</title>
      <path d={path.line} fill="none" stroke="var(--accent)" strokeWidth="1.6" />
      <circle cx={path.end[0]} cy={path.end[1]} r="2.2" fill="var(--accent)" />
    </svg>
  );
}
