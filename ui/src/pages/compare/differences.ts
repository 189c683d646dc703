import type { Side } from "@/api/types";

/** Plain warnings where figures of runs do not stand for the same thing. */
export function differences(sides: readonly Side[]): string[] {
  const warnings: string[] = [];
  const differ = <V>(of: (side: Side) => V) => new Set(sides.map((side) => JSON.stringify(of(side)))).size > 1;
  const list = (of: (side: Side) => string) => sides.map((side) => `${side.run}: ${of(side)}`).join("; ");
  if (differ((side) => side.model)) warnings.push(`The task models differ (${list((side) => side.model)}): a difference in scores may be the model’s.`);
  if (differ((side) => side.simulated)) warnings.push("Some of these runs used a simulated model; their scores say nothing about a real one.");
  if (differ((side) => side.budget)) warnings.push("The budgets differ: compare the curves at equal spending, not the ends.");
  const open = sides.filter((side) => side.status !== "finished");
  if (open.length) warnings.push(`Not finished: ${open.map((side) => `${side.run} (${side.status})`).join(", ")}.`);
  return warnings;
}
