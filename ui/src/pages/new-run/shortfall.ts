import type { CheckResult } from "@/api/types";

/** What the phases cost at the least, in USD, where the run's limits let it buy much less. */
export function shortfall({ usd, phases }: Pick<CheckResult["estimate"], "usd" | "phases">): { needed: number; most: number } | null {
  const needed = phases.reduce((sum, one) => sum + (one.usd?.low ?? 0), 0);
  return usd !== null && needed > 1.5 * usd.high ? { needed, most: usd.high } : null;
}
