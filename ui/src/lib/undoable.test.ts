import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { deleteLater, deleteNow, isHidden, takeBack, WAIT } from "./undoable";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("deletes when it can no longer be taken back, and not where it was", async () => {
  const act = vi.fn(async () => undefined);
  deleteLater("a", act, vi.fn());
  deleteLater("b", act, vi.fn());
  expect([isHidden("a"), isHidden("b"), act.mock.calls.length]).toEqual([true, true, 0]);
  takeBack("b");
  await vi.advanceTimersByTimeAsync(WAIT + 1);
  expect([isHidden("a"), isHidden("b"), act.mock.calls.length]).toEqual([true, false, 1]);
});
it("shows again what could not be deleted", async () => {
  deleteLater("c", () => Promise.reject(new Error("no")), vi.fn());
  await vi.advanceTimersByTimeAsync(WAIT + 1);
  expect(isHidden("c")).toBe(false);
});
it("deletes at once when the page goes away", async () => {
  const act = vi.fn(async () => undefined), leave = vi.fn();
  deleteLater("d", act, leave);
  deleteNow();
  await vi.advanceTimersByTimeAsync(WAIT + 1);
  expect([leave.mock.calls.length, act.mock.calls.length]).toEqual([1, 0]);
});
