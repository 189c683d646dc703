import type { Side } from "@/api/types";

/** What to know before figures of runs are compared. */
export interface Difference {
  text: string;
  /** Whether the figures do not stand for the same thing: other data, another measure, another model. */
  grave: boolean;
}

/** The task model that a run's evidence is of, or its first one. */
const modelOf = (side: Side) => side.evidence?.model ?? side.model;

/** Plain warnings where figures of runs do not stand for the same thing, the gravest first. */
export function differences(sides: readonly Side[]): Difference[] {
  const warnings: Difference[] = [];
  const grave = (text: string) => warnings.push({ text, grave: true });
  const note = (text: string) => warnings.push({ text, grave: false });
  const differ = <V>(of: (side: Side) => V) => new Set(sides.map((side) => JSON.stringify(of(side)))).size > 1;
  const list = (of: (side: Side) => string) => sides.map((side) => `${side.run}: ${of(side)}`).join("; ");
  // one figure of two data sets or two measures is no comparison at all: that comes first
  if (differ((side) => side.checks)) grave(`What is measured differs (${list((side) => side.checks.join(", ") || "nothing")}): the scores do not stand for the same thing.`);
  else if (differ((side) => side.data)) grave(differ((side) => side.source) ? `The data differ (${list((side) => side.source || "unknown")}): a difference in scores may be the examples’.` : "The data differ, in examples, their order or their checks, though their names are alike: a difference in scores may be the examples’.");
  if (differ(modelOf)) grave(`The task models differ (${list(modelOf)}): a difference in scores may be the model’s, so the chosen prompts are not paired.`);
  if (differ((side) => side.simulated)) grave("Some of these runs used a simulated model; their scores say nothing about a real one.");
  if (differ((side) => side.budget)) note("The budgets differ: compare the curves at equal spending, not the ends.");
  const open = sides.filter((side) => side.status !== "finished");
  if (open.length) note(`Not finished: ${open.map((side) => `${side.run} (${side.status})`).join(", ")}.`);
  return warnings;
}
