import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { batched } from "./batch";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("asks with one request what is asked within a moment, each thing once, and no more at once than may be", async () => {
  const asked: string[][] = [];
  const one = batched(3, (keys) => {
    asked.push(keys);
    return Promise.resolve(new Map(keys.filter((key) => key !== "gone").map((key) => [key, key.toUpperCase()])));
  });
  const answers = Promise.all(["a", "b", "a", "gone", "c"].map(one));
  await vi.runAllTimersAsync();
  expect(await answers).toEqual(["A", "B", "A", null, "C"]);
  expect(asked).toEqual([["a", "b"], ["gone", "c"]]);
  const later = one("d");
  await vi.runAllTimersAsync();
  expect([await later, asked.at(-1)]).toEqual(["D", ["d"]]);
});
it("tells everybody whose request failed, and nobody else", async () => {
  const one = batched(1, (keys) => (keys[0] === "bad" ? Promise.reject(new Error("gone")) : Promise.resolve(new Map([[keys[0] ?? "", 1]]))));
  const answers = Promise.allSettled([one("bad"), one("good")]);
  await vi.runAllTimersAsync();
  expect((await answers).map(({ status }) => status)).toEqual(["rejected", "fulfilled"]);
});
