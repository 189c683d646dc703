import { useRouter } from "@tanstack/react-router";

declare module "@tanstack/history" {
  interface HistoryState {
    /** This entry of the history opened something over a view; the entry before it is the view without. */
    over?: true;
  }
}

export interface How {
  replace: boolean;
  state: true | { over?: true };
}

/** How to go on within a view: what is filtered, ordered and coloured is no step of the history. */
export const WITHIN: How = { replace: true, state: true };

/**
 * What opens over a view (a candidate's panel, an answer) is a step of the history: Back closes it and nothing else, and so does its own cross,
 * which leaves no step behind. Going from one to the next while it is open is no step.
 */
export function useOverlay<S extends object>(open: boolean, search: S, set: (change: Partial<S>, how: How) => void): { show: (change: Partial<S>) => void; close: (change: Partial<S>) => void } {
  const { history } = useRouter();
  return {
    show: (change) => set(change, open ? WITHIN : { replace: false, state: { over: true } }),
    close: (change) => {
      if (!open) return;
      if (!history.location.state.over) {
        set(change, { replace: true, state: {} });
        return;
      }
      const stop = history.subscribe(() => {
        stop();
        // what was filtered while it was open stays
        set({ ...search, ...change }, { replace: true, state: {} });
      });
      history.back();
    },
  };
}
