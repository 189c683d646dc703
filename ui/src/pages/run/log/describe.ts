import type { Recorded } from "@/api/types";
import { count, score, signed, usd } from "@/lib/format";

export interface Said {
  name: string;
  text: string;
  tone: "plain" | "accent" | "lost" | "quiet";
}

export const KINDS: readonly { name: string; events: readonly string[] }[] = [
  { name: "decisions", events: ["candidate_decided", "candidate_chosen", "search_ended", "evidence_measured", "headroom_measured"] },
  { name: "candidates", events: ["candidate_admitted", "candidate_decided", "proposal_rejected"] },
  { name: "turned away", events: ["proposal_rejected"] },
  { name: "generations", events: ["generation_closed"] },
  { name: "trials", events: ["trial_finished"] },
  { name: "steering", events: ["steered", "budget_changed"] },
  { name: "the run", events: ["run_started", "session_started", "session_ended", "budget_changed", "sandboxes_kept", "run_finished", "search_ended"] },
];

const c = (id: unknown) => `c${String(id)}`;
const num = (value: unknown) => (typeof value === "number" ? value : null);
const record = (value: unknown) => (typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {});
const words = (value: unknown) => String(value ?? "").replaceAll("_", " ");

/** Why, in the word by which it can be found, and what there is to say beside it. */
const reasoned = ({ reason, detail }: Record<string, unknown>) => [words(reason), detail && detail !== words(reason) ? String(detail) : ""].filter(Boolean).join(": ");

const some = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** Which states of sandboxes were kept, and why others were not. */
export function keptWords(e: Record<string, unknown>): string {
  const states = some(e.states).map(record);
  const without = some(e.without).map(c).join(", ");
  const kept = states.length ? `the state of the sandboxes of ${states.map((one) => c(one.candidate)).join(", ")}${e.snapshot ? ` for snapshot ${String(e.snapshot)}` : ""}` : "no state of a sandbox";
  return `${kept}${without ? `; no sandbox at that moment: ${without}` : ""}${e.detail ? `: ${String(e.detail)}` : ""}`;
}

/** What somebody asked of a search, as it follows their name. */
const WISH: Record<string, (wish: Record<string, unknown>) => string> = {
  pin: (w) => `takes ${c(w.candidate)} to validation`,
  unpin: (w) => `no longer takes ${c(w.candidate)} to validation`,
  reject: (w) => `rejects ${c(w.candidate)}`,
  feedback: (w) => `wants proposals to heed: ${String(w.text)}`,
  freeze: (w) => `freezes: ${String(w.text)}`,
  model: (w) => `sets the ${String(w.role)} model to ${String(record(w.model).id)} from generation ${String(w.from)} on`,
};

/** Why a search ended, as it follows "because". */
const ENDS: Record<string, (reason: Record<string, unknown>) => string> = {
  evaluated: () => "every prompt was evaluated",
  budget_spent: (r) => `what was left of the limit on ${words(r.limit)} was kept for choosing and proving`,
  max_generations: () => "the most generations were reached",
  no_improvement: () => "there was no new best for the generations the run file allows",
  target_reached: () => "the target score is shown to be reached",
  nothing_to_gain: () => "there was nothing left to gain on train examples",
  nothing_new: () => "round after round no proposal was new and fit to be tried",
  stopped: () => "it was stopped",
};
function because(reason: unknown): string {
  const why = String(record(reason).why ?? reason ?? "");
  return ENDS[why]?.(record(reason)) ?? words(why);
}

/** Names of people by their id. */
export type Names = Readonly<Record<string, string>>;

const SAY: Record<string, (entry: Recorded, names: Names) => Said> = {
  run_started: (e) => ({ name: "started", text: words(record(e.spec).description || record(e.spec).mode), tone: "plain" }),
  session_started: (e) => ({ name: "session", text: `taken up by version ${String(e.version)}${e.isolation ? `, code in sandboxes with isolation ${String(e.isolation)}` : ""}`, tone: "quiet" }),
  session_ended: (e) => ({ name: "session", text: e.reason ? `put down: ${String(e.reason)}` : "put down", tone: "quiet" }),
  candidate_admitted: (e) => {
    const one = record(e.candidate);
    const parents = Array.isArray(one.parents) && one.parents.length ? ` from ${one.parents.map(c).join(" and ")}` : "";
    return { name: "admitted", text: `${c(one.id)}, generation ${String(one.generation)}, ${String(one.operator ?? "seed")}${parents}${one.note ? `: ${String(one.note)}` : ""}`, tone: "plain" };
  },
  proposal_rejected: (e) => ({ name: "turned away", text: `${String(e.operator)} from ${some(e.parents).map(c).join(" and ")}: ${reasoned(e)}`, tone: "quiet" }),
  trial_finished: (e) => {
    const error = record(e.error);
    return { name: "trial", text: `${c(e.candidate)} on e${String(e.example)}, ${String(e.split)}: ${error.kind ? `${words(error.kind)} error, ${String(error.message)}` : score(num(e.score))}${e.cached ? ", from cache" : ""}${e.shared ? ", bought once with an equal call" : ""}`, tone: error.kind ? "lost" : "quiet" };
  },
  headroom_measured: (e) => {
    const one = record(e.headroom);
    return { name: "headroom", text: `seed ${score(num(one.score))} on ${String(one.n)} examples${num(one.ceiling) === null ? "" : `, at most ${score(num(one.ceiling))} expected at its noise`}`, tone: "plain" };
  },
  candidate_decided: (e) => ({ name: words(e.verdict), text: `${c(e.candidate)} against ${c(e.against)}: ${reasoned(e)} (${signed(num(e.gain), 3)}, ${count(num(e.trials))} trials)`, tone: e.verdict === "kept" ? "accent" : "plain" }),
  generation_closed: (e) => {
    const fitness = Array.isArray(e.fitness) ? (e.fitness as number[]) : [];
    const spent = num(record(e.spent).usd);
    return { name: "generation", text: `${String(e.generation)} closed: ${fitness.length} live on, best ${score(fitness[0])}${spent === null ? "" : `, ${usd(spent)} spent`}`, tone: "plain" };
  },
  search_ended: (e) => ({ name: "search over", text: `${because(e.reason)}; finalists ${some(e.finalists).map(c).join(", ")}`, tone: "plain" }),
  candidate_chosen: (e) => ({ name: "chosen", text: `${c(e.candidate)} by validation`, tone: "accent" }),
  evidence_measured: (e) => ({ name: "evidence", text: String(record(e.evidence).sentence ?? ""), tone: record(e.evidence).improved ? "accent" : "lost" }),
  budget_changed: (e) => ({ name: "budget", text: Object.entries(record(e.budget)).map(([key, value]) => `${key} ${String(value)}`).join(", ") || "no limit", tone: "plain" }),
  steered: (e, names) => {
    const wish = record(e.wish);
    return { name: "steered", text: `${names[String(e.by)] ?? String(e.by)} ${WISH[String(wish.what)]?.(wish) ?? words(wish.what)}`, tone: "plain" };
  },
  sandboxes_kept: (e) => ({ name: "kept", text: keptWords(e), tone: e.detail ? "lost" : "quiet" }),
  run_finished: (e) => ({ name: "finished", text: `the search ended because ${because(e.reason)}`, tone: "plain" }),
};

/** An entry in words. Unknown kinds, of a newer server, are told by their name. */
export function describe(entry: Recorded, names: Names = {}): Said {
  return SAY[entry.event]?.(entry, names) ?? { name: words(entry.event), text: "", tone: "plain" };
}
