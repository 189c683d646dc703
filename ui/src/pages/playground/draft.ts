import { useState } from "react";

/** What is tried out: kept in this browser, so that leaving the page loses nothing. */
export interface Draft {
  system: string;
  user: string;
  vars: Record<string, string>;
  models: string[];
  temperature: string;
  expected: string;
}

const EMPTY: Draft = { system: "", user: "Answer the question.\n\n{{question}}", vars: {}, models: ["simulated:rough", "simulated:gentle"], temperature: "", expected: "" };

/** The draft of a workspace, and how to change it. */
export function useDraft(workspace: string): [Draft, (change: Partial<Draft>) => void] {
  const key = `playground:${workspace}`;
  const [draft, setDraft] = useState<Draft>(() => {
    try {
      return { ...EMPTY, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Draft>) };
    } catch {
      return EMPTY;
    }
  });
  return [
    draft,
    (change) => {
      const next = { ...draft, ...change };
      setDraft(next);
      try {
        localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // what does not fit is kept for as long as the page is open
      }
    },
  ];
}

/** The prompt as the API takes it. */
export const promptOf = (draft: Pick<Draft, "system" | "user">) => ({
  components: [
    ...(draft.system.trim() ? [{ name: "system", role: "system" as const, text: draft.system }] : []),
    { name: "user", role: "user" as const, text: draft.user },
  ],
});

/** The prompt as a library keeps it: a text, or messages where there are two. */
export const textOf = (draft: Pick<Draft, "system" | "user">) =>
  draft.system.trim() ? JSON.stringify([{ role: "system", content: draft.system }, { role: "user", content: draft.user }], null, 2) : draft.user;
