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

export function useConnection(): Connection {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
