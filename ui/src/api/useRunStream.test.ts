import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { lineageQuery } from "./queries";
import { liveLogKey, liveLogQuery, Refresher } from "./useRunStream";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A client whose refreshes take so long, with the times at which they began. */
function clientThatTakes(ms: number): { client: QueryClient; began: number[] } {
  const client = new QueryClient();
  const began: number[] = [];
  client.invalidateQueries = () => {
    began.push(Math.round(performance.now()));
    return new Promise((done) => setTimeout(done, ms));
  };
  return { client, began };
}

it("what may wait never holds up what may not", async () => {
  const { client, began } = clientThatTakes(1);
  const start = performance.now();
  const refresher = new Refresher(client, "run1");
  refresher.ask("lineage", 1500);
  refresher.ask("lineage", 40);
  await vi.advanceTimersByTimeAsync(2000);
  expect(began.map((at) => at - Math.round(start))).toEqual([40]);
});
it("asks again after an answer that came too early, and leaves three times its length between", async () => {
  const { client, began } = clientThatTakes(100);
  const start = performance.now();
  const refresher = new Refresher(client, "run1");
  refresher.ask("lineage", 40);
  await vi.advanceTimersByTimeAsync(60);
  refresher.ask("lineage", 40);
  await vi.advanceTimersByTimeAsync(2000);
  expect(began.map((at) => at - Math.round(start))).toEqual([40, 440]);
  refresher.ask("lineage", 40);
  refresher.stop();
  await vi.advanceTimersByTimeAsync(2000);
  expect(began).toHaveLength(2);
});
it("what grows by thousands is not compared entry by entry with what was there", () => {
  const client = new QueryClient();
  client.setQueryDefaults(liveLogKey("r"), liveLogQuery("r"));
  const log = () => ({ entries: [{ seq: 0, at: 0, event: "run_started" }], next: 1 });
  client.setQueryData(liveLogKey("r"), log());
  const after = log();
  client.setQueryData(liveLogKey("r"), after);
  expect(client.getQueryData(liveLogKey("r"))).toBe(after);
  expect(lineageQuery("r", { fold: true, unfolded: [], branches: false }).structuralSharing).toBe(false);
});
