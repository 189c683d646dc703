import { useSyncExternalStore } from "react";

/** How long a deletion can be taken back: as long as the words that offer it stand there. */
export const WAIT = 9_000;

interface Waiting {
  timer: ReturnType<typeof setTimeout>;
  leave: () => void;
}

let hidden: ReadonlySet<string> = new Set();
const waiting = new Map<string, Waiting>();
const listeners = new Set<() => void>();

function hide(id: string, on: boolean): void {
  hidden = new Set(on ? [...hidden, id] : [...hidden].filter((one) => one !== id));
  for (const listener of listeners) listener();
}

/**
 * Deletes what has no way back once it is deleted: it is hidden now, and deleted when it can no longer be taken back, or when the page goes away.
 * Gives what takes it back. Where the deletion fails the thing is seen again.
 */
export function deleteLater(id: string, act: () => Promise<unknown>, leave: () => void): () => void {
  const back = () => {
    clearTimeout(waiting.get(id)?.timer);
    waiting.delete(id);
    hide(id, false);
  };
  const timer = setTimeout(() => {
    waiting.delete(id);
    act().catch(() => hide(id, false));
  }, WAIT);
  waiting.set(id, { timer, leave });
  hide(id, true);
  return back;
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

/** What is hidden because it is deleted soon, or was a moment ago. */
export const useHidden = (): ReadonlySet<string> => useSyncExternalStore((listener) => (listeners.add(listener), () => void listeners.delete(listener)), () => hidden);
export const isHidden = (id: string): boolean => hidden.has(id);
