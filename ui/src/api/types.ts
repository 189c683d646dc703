/**
 * The shapes of the HTTP API by the names that pages use. `schema.d.ts` is made from the server's OpenAPI document by `npm run types`; what is
 * written out here is what that document leaves open. Times are milliseconds since 1970, scores are in [0, 1].
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A page of a list: the document has one such shape for each kind of item. */
export type Page<T> = Omit<Schemas["Page"], "items"> & { items: T[] };

/** An error of the server, or of something between it and here that has less to say. */
export type Problem = Omit<Schemas["Problem"], "type" | "detail" | "fix" | "problems" | "current"> &
  Partial<Pick<Schemas["Problem"], "type" | "detail" | "fix">> & { problems?: FileProblem[]; current?: number | string | null };
export interface FileProblem {
  file?: string | null;
  line?: number | null;
  column?: number | null;
  path?: string | null;
  message: string;
  fix?: string | null;
}
/** An entry of the journal, a line of JSON; its further fields depend on `event`. */
export interface Recorded {
  seq: number;
  at: number;
  event: string;
  [field: string]: unknown;
}
export type LibraryKind = "prompt" | "dataset";

export type Split = Schemas["Split"];
export type RunStatus = Schemas["RunStatus"];
export type Relation = Schemas["Relation"];
export type NodeStatus = Schemas["Status"];
export type RoleName = Schemas["Role"];

export type Session = Schemas["SessionView"];
export type SignedUp = Schemas["SignedUp"];
export type Budget = Schemas["Budget"];
export type RunBudget = Schemas["BudgetView"];
export type Spent = Schemas["Spent"];
export type Headroom = Schemas["Headroom"];
export type Evidence = Schemas["Evidence"];
export type Progress = Schemas["Progress"];
export type RunSummary = Schemas["RunRow"];
export type RunDetail = Schemas["RunView"];
export type OperatorReport = Schemas["OperatorReport"];
export type GainShown = Schemas["GainShown"];
export type Rate = Schemas["Rate"];
export type RunReport = Schemas["RunReport"];
export type RunSpec = Schemas["RunSpec"];
export type Estimate = Schemas["Estimate"];
export type Node = Schemas["Node"];
/** A candidate with what it cost and what was measured of it beside its score. */
export type Row = Schemas["CandidateRow"];
export type Mark = Schemas["Marked"];
export type Lineage = Schemas["Drawing"];
export type Prompt = Schemas["Prompt"];
export type CandidateDetail = Schemas["CandidateView"];
export type DiffRun = Schemas["DiffRun"];
export type CandidateDiff = Schemas["CandidateDiff"];
export type TrialRow = Schemas["TrialRow"];
export type TrialDetail = Schemas["TrialView"];
export type Flip = Schemas["Flip"];
export type Flips = Schemas["Flips"];
export type Matrix = Schemas["Matrix"];
export type Curve = Schemas["Curve"];
export type Rise = Schemas["Rise"];
export type Generation = Schemas["Generation"];
export type ExampleRow = Schemas["ExampleView"];
export type Snapshot = Schemas["SnapshotRow"];
export type SnapshotTaken = Schemas["SnapshotTaken"];
export type Side = Schemas["Side"];
export type Pair = Schemas["Pair"];
export type Comparison = Schemas["Comparison"];
export type RunRequest = Schemas["RunWantedInput"];
export type Range = Schemas["Range"];
export type RunEstimate = Schemas["RunEstimate"];
export type AnswerJudged = Schemas["AnswerJudged"];
export type CheckResult = Schemas["RunChecked"];
export type LibraryItem = Schemas["ItemView"];
export type LibraryDetail = Schemas["ItemWhole"];
export type User = Schemas["UserView"];
export type Model = Schemas["Model"];
export type Comment = Schemas["CommentView"];

export type Share = Schemas["ShareView"];
export type ShareMade = Schemas["ShareMade"];
export type Tried = Schemas["Answers"];
export type TriedAnswer = Schemas["Answered"];
export type Present = Schemas["Present"];
export type Mention = Schemas["Mention"];
export type Workspace = Schemas["WorkspaceView"];
export type Member = Schemas["MemberView"];
export type Bought = Schemas["Bought"];
export type Invitation = Schemas["InvitationView"];
export type ProviderKey = Schemas["KeyView"];
export type Webhook = Schemas["WebhookView"];
export type WebhookMade = Schemas["WebhookMade"];
export type Delivery = Schemas["DeliveryView"];
export type AuditEntry = Schemas["AuditView"];
export type ApiToken = Schemas["TokenView"];
