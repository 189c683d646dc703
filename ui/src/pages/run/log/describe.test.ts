import { expect, it } from "vitest";
import { describe } from "./describe";

const say = (event: Record<string, unknown> & { event: string }) => describe({ seq: 1, at: 0, ...event });

it("tells decisions with their reason and figures", () => {
  const said = say({ event: "candidate_decided", candidate: 7, verdict: "kept", reason: "improves", detail: "solves 3 of 4 targets", against: 0, trials: 12, gain: 0.0431, gain_sd: 0.01 });
  expect(said).toEqual({ name: "kept", tone: "accent", text: "c7 against c0: solves 3 of 4 targets (+0.043, 12 trials)" });
});
it("tells failed trials apart from scored ones", () => {
  expect(say({ event: "trial_finished", candidate: 2, example: 5, sample: 0, split: "train", score: 0.5 }).text).toBe("c2 on e5, train: 0.50");
  expect(say({ event: "trial_finished", candidate: 2, example: 5, split: "train", error: { kind: "refused", message: "no" } }).tone).toBe("lost");
});
it("names what it does not know", () => {
  expect(say({ event: "moon_phase" })).toEqual({ name: "moon phase", text: "", tone: "plain" });
});
