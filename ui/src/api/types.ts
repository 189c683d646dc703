/** The shapes of the HTTP API, after the server's OpenAPI document. Times are milliseconds since 1970, scores are in [0, 1]. */

export type * from "./team";

export type Split = "train" | "validation" | "test";
export type RunStatus = "running" | "paused" | "failed" | "finished";
export type Relation = "seed" | "mutated_from" | "derived_from" | "branch_of";
export type NodeStatus = "open" | "kept" | "dropped" | "finalist" | "chosen";
export type RoleName = "viewer" | "user" | "admin" | "instance";
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export interface Page<T> {
  items: T[];
  next?: string | null;
}

export interface Problem {
  type?: string;
  title: string;
  status: number;
  detail?: string;
  fix?: string;
  request_id?: string;
  problems?: FileProblem[];
  current?: number | string | null;
}
export interface FileProblem {
  file?: string | null;
  line?: number | null;
  column?: number | null;
  path?: string | null;
  message: string;
  fix?: string | null;
}

export interface Session {
  mode: "single" | "accounts" | "anonymous";
  user: { id: string; login: string; name: string; instance_admin: boolean } | null;
  csrf: string | null;
  version: string;
  workspaces: { id: string; name: string; role: RoleName; actions: string[] }[];
  /** What one may do on the whole instance. */
  actions: string[];
}

export interface Budget {
  usd?: number | null;
  calls?: number | null;
  tokens?: number | null;
  minutes?: number | null;
}
export interface Spent {
  usd: number;
  calls: number;
  task_calls: number;
  reflection_calls: number;
  judge_calls: number;
  tokens_in: number;
  tokens_out: number;
  seconds: number;
  cache_hits: number;
  unpriced_calls?: number;
}
export interface Headroom {
  n: number;
  score: number;
  ci_low: number;
  ci_high: number;
  repeats: number;
  noise: number | null;
  ceiling: number;
  power: { gain: number; examples: number; calls: number }[];
}
export interface Evidence {
  n: number;
  seed_score: number;
  seed_ci: [number, number];
  best_score: number;
  best_ci: [number, number];
  difference: number;
  ci_low: number;
  ci_high: number;
  confidence: number;
  p_value: number;
  test: "mcnemar" | "permutation";
  improved: boolean;
  wins: number;
  losses: number;
  needed: [number, number][];
  sentence: string;
}
export interface Progress {
  phase: "evaluating" | "searching" | "choosing" | "proving" | "finished";
  generation: number;
  candidates: number;
  accepted: number;
  rejected: number;
  trials: number;
  failed: number;
  trials_planned: number | null;
  spent: Spent;
  budget: Budget;
  seed_score: number | null;
  best: number;
  best_score: number | null;
  best_trials: number;
  headroom: Headroom | null;
  under_way: number;
  rate: number;
  retries: number;
  throttled: number;
  waiting: string | null;
}
export interface RunSummary {
  run: string;
  mode: "optimize" | "evaluate";
  status: RunStatus;
  created: number;
  updated: number;
  description: string;
  strategy: string;
  model: string;
  candidates: number;
  generation: number;
  seed_score: number | null;
  best_score: number | null;
  improved: boolean | null;
  spent: Spent;
  simulated: boolean;
  branch_of: string | null;
  detail: string;
  workspace: string;
  by: string;
  wanted?: boolean;
  progress?: Progress | null;
}
export interface RunDetail {
  run: RunSummary;
  progress: Progress | null;
  workspace: string;
  role: RoleName;
  actions: string[];
}
export interface BestPrompt {
  candidate: string;
  prompt: string;
  generation: number;
  chosen: boolean;
  scores: Partial<Record<Split, number>>;
}
export interface OperatorReport {
  operator: string;
  proposed: number;
  rejected: number;
  kept: number;
  dropped: number;
  trials: number;
  gain: number;
}
export interface EvaluatedPrompt {
  candidate: string;
  label: string;
  prompt: string;
  model: string;
  trials: number;
  errors: number;
  score: number;
  ci_low: number;
  ci_high: number;
  pass_rate: number;
  named_scores: Record<string, number>;
}
export interface RunReport {
  run: string;
  status: RunStatus;
  simulated: boolean;
  seed_prompt: string | null;
  best: BestPrompt | null;
  front?: { candidate: string; prompt: string; split: Split; values: Record<string, number> }[];
  evidence: Evidence | null;
  branch_of?: string | null;
  headroom?: Headroom | null;
  operators?: OperatorReport[];
  prompts?: EvaluatedPrompt[];
  spent: Spent;
  finish_reason: string | null;
  detail?: string;
}
export interface ModelSpec {
  id: string;
  label?: string;
  config?: Record<string, Json>;
}
export interface RunSpec {
  mode: "optimize" | "evaluate";
  description: string;
  source: string | null;
  seed: number;
  prompts: { label: string; prompt: Prompt }[];
  models: { task: ModelSpec[]; reflection?: ModelSpec | null; judge?: ModelSpec | null; generations?: unknown[] };
  options: { repeat: number; [key: string]: Json };
  optimize: {
    budget: Budget;
    strategy: { [key: string]: Json } | string;
    objectives: { metric: string; direction: "maximize" | "minimize"; weight: number }[];
    splits: { train: number; validation: number; test: number; seed: number };
    constraints: { max_prompt_tokens?: number | null; frozen?: string[] };
  };
}

export interface Estimate {
  mean: number;
  low: number;
  high: number;
  trials: number;
}
export interface Node {
  id: string;
  entry: number;
  generation: number;
  operator: string | null;
  model: string;
  relation: Relation;
  parents: string[];
  note: string;
  status: NodeStatus;
  reason: string;
  score: Estimate | null;
  scores: Partial<Record<Split, Estimate>>;
  cost: number;
  turned_away: number;
  prompt?: Prompt | string | null;
}
export interface Mark {
  id: string;
  x: number;
  y: number;
  descent: boolean;
  folded?: { nodes: number; dropped: number; best?: number };
  edges: { x: number; y: number; relation: Relation; descent: boolean }[];
  node: Node;
}
export interface Lineage {
  columns: number;
  rows: number;
  best: string | null;
  total: number;
  marks: Mark[];
  matching?: string[] | null;
  next?: number | null;
}
export interface Component {
  name: string;
  role: "system" | "user" | "assistant";
  text: string;
  frozen?: boolean;
}
export interface Prompt {
  components: Component[];
  demonstrations?: { vars: Record<string, Json>; answer: string }[];
}
export interface CandidateDetail {
  node: Node;
  prompt: Prompt;
  text: string;
  children: string[];
}
export interface DiffRun {
  kind: "equal" | "insert" | "delete";
  text: string;
}
export interface CandidateDiff {
  a: number;
  b: number;
  scores: { split: Split; examples: number; difference: number; ci_low: number; ci_high: number }[];
  components: { component: string; runs: DiffRun[] }[];
}
export interface TrialRow {
  seq: number;
  example: number;
  split: Split;
  sample: number;
  score: number;
  error?: { kind: string; message: string };
  cost: number | null;
  latency_ms: number;
  cached: boolean;
}
export interface TrialDetail {
  trial: {
    candidate: number;
    example: number;
    sample: number;
    split: Split;
    purpose: string;
    model?: string | null;
    answer?: string;
    score?: number;
    pass?: boolean;
    judgements?: { metric: string; score: number; pass: boolean; reason?: string; weight: number }[];
    error?: { kind: string; message: string };
    usage: { in: number; out: number; cache_read?: number; cache_write?: number };
    cost?: number | null;
    judge?: { calls: number; cost: number };
    latency_ms: number;
    cached?: boolean;
  };
  vars: Record<string, Json>;
  request: { role: string; content: string }[] | null;
  answer: string | null;
}
export interface Flip {
  example: number;
  a: number;
  b: number;
}
export interface Matrix {
  candidates: (string | number)[];
  examples: number[];
  scores: (number | null)[][];
}
/** The best on train so far, as each generation closed. */
export interface Curve {
  seed: number | null;
  steps: { calls: number; usd: number; best: number; low?: number | null; high?: number | null }[];
}
export interface Generation {
  generation: number;
  candidates: number;
  best: number | null;
  mean: number | null;
}
export interface ExampleRow {
  id: number;
  split: Split | null;
  vars: Record<string, Json>;
}
/** An entry of the journal; its further fields depend on `event`. */
export interface Recorded {
  seq: number;
  at: number;
  event: string;
  [field: string]: unknown;
}
export interface Snapshot {
  run: string;
  name: string;
  length: number;
  at: number;
}
export interface Side {
  run: string;
  status: RunStatus;
  description: string;
  strategy: string;
  model: string;
  simulated: boolean;
  seed: number;
  budget: Budget;
  spent: Spent;
  candidates: number;
  rejected: number;
  evidence: Evidence | null;
  curve: { calls: number; usd: number; best: number }[];
}
export interface Pair {
  a: string;
  b: string;
  n: number;
  difference: number;
  ci_low: number;
  ci_high: number;
  p_value: number;
  p_holm: number;
}
export interface Comparison {
  runs: Side[];
  pairs: Pair[];
  not_paired: string[];
}
export interface RunRequest {
  file: string;
  files?: Record<string, string>;
  mode?: "optimize" | "evaluate";
  start?: boolean;
  run?: string;
  seed?: number;
}
export interface Range {
  low: number;
  high: number;
}
export interface PhaseEstimate {
  phase: string;
  calls: Range;
  tokens_in: Range;
  tokens_out: Range;
  usd: Range | null;
}
export interface RunEstimate {
  phases: PhaseEstimate[];
  calls: Range;
  tokens_in: Range;
  tokens_out: Range;
  usd: Range | null;
  seconds: Range;
  concurrency: number;
  test_examples: number;
  unpriced: string[];
  evaluation: PhaseEstimate;
}
export interface CheckResult {
  ok: boolean;
  ready: boolean;
  unready: string | null;
  estimate: RunEstimate;
  examples: { train: number; validation: number; test: number };
  duplicates: number;
  warnings: string[];
}
export type LibraryKind = "prompt" | "dataset";
export interface LibraryItem {
  name: string;
  versions: number;
  labels: Record<string, number>;
  created: number;
  revision: number;
}
export interface LibraryDetail extends LibraryItem {
  /** Newest first. */
  history: { version: number; bytes: number; note: string; by: string; at: number }[];
}
export interface User {
  id: string;
  login: string;
  name: string;
  instance_admin: boolean;
  disabled: boolean;
  revision?: number;
}
export interface Model {
  id: string;
  /** USD for a million tokens. */
  input: number;
  output: number;
  context: number | null;
  sampling: boolean;
  reasoning: boolean;
}
export interface Comment {
  id: string;
  candidate: string | number | null;
  by: string;
  name?: string;
  at: number;
  text: string;
}
