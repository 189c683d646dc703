import { useCallback, useState } from "react";

export interface Draft {
  file: string;
  prompt: string;
  data: string;
}

/** What is typed survives a reload; very large data is kept for the page only. */
export function useDraft(ws: string, start: Draft) {
  const key = `draft:${ws}`;
  const [draft, setDraft] = useState<Draft>(() => {
    try {
      const found: unknown = JSON.parse(sessionStorage.getItem(key) ?? "null");
      return typeof found === "object" && found !== null ? { ...start, ...(found as Partial<Draft>) } : start;
    } catch {
      return start;
    }
  });
  const set = useCallback(
    (change: Partial<Draft>) =>
      setDraft((before) => {
        const next = { ...before, ...change };
        try {
          sessionStorage.setItem(key, JSON.stringify(next.data.length > 1_000_000 ? { ...next, data: "" } : next));
        } catch {
          // full or refused: it stays for as long as the page does
        }
        return next;
      }),
    [key],
  );
  const clear = useCallback(() => {
    sessionStorage.removeItem(key);
    setDraft(start);
  }, [key, start]);
  return { draft, set, clear };
}
