import { expect, it } from "vitest";
import type { Recorded } from "@/api/types";
import { KEPT } from "@/api/useRunStream";
import { joined, meeting } from "./pages";

const some = (...seqs: number[]) => seqs.map((seq) => ({ seq, at: 0, event: "trial_finished" }) as Recorded);
const seqs = (entries: Recorded[]) => entries.map((entry) => entry.seq);

it("shows what was read and what came since, each once", () => {
  const { entries, gap } = joined([{ from: 0, to: 3, entries: some(1) }, { from: 3, to: 6, entries: some(3, 4, 5) }], some(4, 5, 6, 7));
  expect([seqs(entries), gap]).toEqual([[1, 3, 4, 5, 6, 7], null]);
});
it("says what is missing between the two", () => {
  expect(joined([{ from: 0, to: 3, entries: some(0, 1, 2) }], some(10, 11)).gap).toEqual({ after: 2, missing: 7 });
  expect(joined([{ from: 0, to: 3, entries: [] }], []).gap).toBeNull();
});
it("reads on to the first entry of the stream, but does not run after entries that were let go", () => {
  expect(meeting(233, some(234, 235))).toBe(234);
  expect(meeting(233, some(200, 201))).toBe(233);
  expect(meeting(233, [])).toBe(233);
  expect(meeting(233, Array.from({ length: KEPT }, (_, at) => ({ seq: 9_000 + at, at: 0, event: "trial_finished" }) as Recorded))).toBe(233);
});
