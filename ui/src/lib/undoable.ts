import { useSyncExternalStore } from "react";

/** How long a deletion can be taken back. */
export const WAIT = 9_000;

interface Waiting {
  timer: ReturnType<typeof setTimeout>;
  leave: () => void;
}

/** What is hidden, and whether it can still be taken back. */
let hidden: ReadonlyMap<string, boolean> = new Map();
const waiting = new Map<string, Waiting>();
const listeners = new Set<() => void>();

function hide(id: string, undoable: boolean | null): void {
  const next = new Map(hidden);
  if (undoable === null) next.delete(id);
  else next.set(id, undoable);
  hidden = next;
  for (const listener of listeners) listener();
}

/**
 * Deletes what has no way back once it is deleted: it is hidden now, and deleted when it can no longer be taken back, or when the page goes away.
 * Where the deletion fails the thing is seen again.
 */
export function deleteLater(id: string, act: () => Promise<unknown>, leave: () => void): void {
  const timer = setTimeout(() => {
    waiting.delete(id);
    hide(id, false);
    act().catch(() => hide(id, null));
  }, WAIT);
  waiting.set(id, { timer, leave });
  hide(id, true);
}

/** Takes a deletion back that waits. */
export function takeBack(id: string): void {
  const found = waiting.get(id);
  if (!found) return;
  clearTimeout(found.timer);
  waiting.delete(id);
  hide(id, null);
}

/** What waits to be deleted is deleted now: nobody can take it back any more. */
export function deleteNow(): void {
  for (const { timer, leave } of waiting.values()) {
    clearTimeout(timer);
    leave();
  }
  waiting.clear();
}

if (typeof window !== "undefined") addEventListener("pagehide", deleteNow);

/** What is hidden because it is deleted soon, or was a moment ago: whether each can still be taken back. */
export const useHidden = (): ReadonlyMap<string, boolean> => useSyncExternalStore((listener) => (listeners.add(listener), () => void listeners.delete(listener)), () => hidden);
export const isHidden = (id: string): boolean => hidden.has(id);
