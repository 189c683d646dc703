import { useSyncExternalStore } from "react";

/** Whether the server answers and knows who we are. Written by the client, shown by the banner and the sign-in dialog. */
export interface Connection {
  gone: boolean;
  expired: boolean;
}

let state: Connection = { gone: false, expired: false };
const listeners = new Set<() => void>();

export function setConnection(change: Partial<Connection>): void {
  const next = { ...state, ...change };
  if (next.gone === state.gone && next.expired === state.expired) return;
  state = next;
  for (const listener of listeners) listener();
}

/** When the server answered last. */
let answer = -Infinity;

/** An answer, whatever it says: the server is there. */
export function answered(now = performance.now()): void {
  answer = now;
  setConnection({ gone: false });
}

/** A request that began at this moment met no answer. One that had begun before the last answer came tells of a server that was gone then. */
export function missed(began: number): void {
  if (began >= answer) setConnection({ gone: true });
}

/** Ends when the server answers; at once where it is not known to be gone. */
export function whenBack(): Promise<void> {
  if (!state.gone) return Promise.resolve();
  return new Promise((done) => {
    const listener = () => {
      if (state.gone) return;
      listeners.delete(listener);
      done();
    };
    listeners.add(listener);
  });
}

export const connection = (): Connection => state;

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
