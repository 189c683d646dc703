import { expect, it } from "vitest";
import { describe } from "./describe";

const say = (event: Record<string, unknown> & { event: string }) => describe({ seq: 1, at: 0, ...event });

it("tells decisions with their reason and figures", () => {
  const said = say({ event: "candidate_decided", candidate: 7, verdict: "kept", reason: "improves", detail: "solves 3 of 4 targets", against: 0, trials: 12, gain: 0.0431, gain_sd: 0.01 });
  expect(said).toEqual({ name: "kept", tone: "accent", text: "c7 against c0: improves: solves 3 of 4 targets (+0.043, 12 trials)" });
});
it("tells failed trials apart from scored ones", () => {
  expect(say({ event: "trial_finished", candidate: 2, example: 5, sample: 0, split: "train", score: 0.5 }).text).toBe("c2 on e5, train: 0.50");
  expect(say({ event: "trial_finished", candidate: 2, example: 5, split: "train", error: { kind: "refused", message: "no" } }).tone).toBe("lost");
});
it("names what it does not know", () => {
  expect(say({ event: "moon_phase" })).toEqual({ name: "moon phase", text: "", tone: "plain" });
});
it("says who steered the search, and how", () => {
  expect(say({ event: "steered", by: "ada", wish: { what: "pin", candidate: 4 } })).toMatchObject({ name: "steered", text: "ada takes c4 to validation" });
  expect(say({ event: "steered", by: "ada", wish: { what: "model", role: "task", model: { id: "openai:gpt-5-mini" }, from: 3 } }).text).toBe("ada sets the task model to openai:gpt-5-mini from generation 3 on");
  expect(say({ event: "steered", by: "ada", wish: { what: "dance" } }).text).toBe("ada dance");
  expect(describe({ seq: 1, at: 0, event: "steered", by: "u1", wish: { what: "pin", candidate: 4 } }, { u1: "Ada" }).text).toBe("Ada takes c4 to validation");
});
it("says which sandboxes were kept, and why one could not be", () => {
  const states = [{ candidate: 3, sandbox: "local-1", state: "s" }];
  expect(say({ event: "sandboxes_kept", snapshot: "good", states }).text).toBe("the state of the sandboxes of c3 for snapshot good");
  expect(say({ event: "sandboxes_kept", states, without: [4, 7] }).text).toBe("the state of the sandboxes of c3; no sandbox at that moment: c4, c7");
  expect(say({ event: "sandboxes_kept", states: [], detail: "the disk is full" })).toMatchObject({ tone: "lost", text: "no state of a sandbox: the disk is full" });
});
it("says why a search ended without denying what it found", () => {
  expect(say({ event: "run_finished", reason: { why: "nothing_to_gain" } }).text).toBe("the search ended because there was nothing left to gain on train examples");
  expect(say({ event: "search_ended", reason: { why: "budget_spent", limit: "calls" }, finalists: [0, 4] }).text).toBe("what was left of the limit on calls was kept for choosing and proving; finalists c0, c4");
  expect(say({ event: "run_finished", reason: { why: "moon_phase" } }).text).toBe("the search ended because moon phase");
});
