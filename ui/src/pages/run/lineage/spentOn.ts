import type { Row } from "@/api/types";
import { plural, usd } from "@/lib/format";
import { answerCost } from "../fitness/measures";

/** What a candidate's money went into: what an answer cost, of those that were paid for, and apart from it its proposal. */
export function spentOn(row: Pick<Row, "answers_cost" | "answers_paid" | "proposal_cost">): string {
  const each = answerCost(row);
  const answers = each === null ? (row.answers_paid ? `${plural(row.answers_paid, "paid answer")} of unknown price` : "no paid answer") : `${usd(each)} an answer (${plural(row.answers_paid, "paid answer")})`;
  const proposal = row.proposal_cost === null || row.proposal_cost === undefined ? "its proposal of unknown price" : row.proposal_cost ? `${usd(row.proposal_cost)} its proposal` : null;
  return `: ${[answers, proposal].filter(Boolean).join(", ")}`;
}
