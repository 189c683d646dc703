import { useSyncExternalStore } from "react";

/** Something the palette can do. Pages add theirs while they are shown. */
export interface Command {
  id: string;
  text: string;
  hint?: string;
  run: () => void;
}

let groups: ReadonlyMap<string, readonly Command[]> = new Map();
const listeners = new Set<() => void>();

/** Offers a page's commands until the returned function is called. */
export function offerCommands(owner: string, commands: readonly Command[]): () => void {
  groups = new Map(groups).set(owner, commands);
  for (const listener of listeners) listener();
  return () => {
    const next = new Map(groups);
    next.delete(owner);
    groups = next;
    for (const listener of listeners) listener();
  };
}

export function useOfferedCommands(): readonly Command[] {
  const map = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => groups,
  );
  return [...map.values()].flat();
}

/** Every word of the query begins or continues somewhere in the text. */
export function matches(query: string, text: string): boolean {
  const low = text.toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => low.includes(word));
}
