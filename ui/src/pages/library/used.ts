import type { LibraryKind, Prompt, RunSpec } from "@/api/types";

/** A prompt's text as the library keeps it: one component is its text, several are not told apart from messages here. */
const textOf = (prompt: Prompt) => (prompt.components.length === 1 ? prompt.components[0]?.text : undefined);

/** How a run uses something of the library: the version that its run file names, the same text as this version, or not at all. */
export function useOf(spec: Pick<RunSpec, "library" | "prompts">, kind: LibraryKind, name: string, text: string): { version: number } | "same text" | null {
  const pinned = (spec.library ?? []).find((item) => item.kind === kind && item.name === name);
  if (pinned) return { version: pinned.version };
  if (kind === "prompt" && spec.prompts.some((seed) => textOf(seed.prompt)?.trim() === text.trim())) return "same text";
  return null;
}
