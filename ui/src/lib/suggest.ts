/** A field of the filter language. */
export interface FilterFieldInfo {
  name: string;
  about: string;
  /** The words it may be, where it is a choice. */
  words?: readonly string[];
}

export interface Suggestion {
  text: string;
  about: string;
}

/** What may stand at the caret: a field's name, one of its words after a comparison, or `and`, `or` after a whole condition. */
export function suggest(text: string, caret: number, fields: readonly FilterFieldInfo[]): { from: number; items: Suggestion[] } {
  const before = text.slice(0, caret);
  const value = /([a-z_]+)\s*(?:=|==|!=|~|!~)\s*([\w-]*)$/i.exec(before);
  if (value) {
    const [, name = "", part = ""] = value;
    const field = fields.find((field) => field.name === name.toLowerCase());
    const words = (field?.words ?? []).filter((word) => word.startsWith(part.toLowerCase()) && word !== part);
    return { from: caret - part.length, items: words.map((word) => ({ text: word, about: "" })) };
  }
  if (/(?:[<>=~])\s*[^\s]*$/.test(before) || /["'][^"']*$/.test(before)) return { from: caret, items: [] };
  const part = /[a-z_]*$/i.exec(before)?.[0] ?? "";
  const from = caret - part.length;
  const behind = before.slice(0, from).trimEnd();
  const expectsName = behind === "" || /(?:^|[\s(])(?:and|or|not)$/i.test(behind) || behind.endsWith("(");
  const low = part.toLowerCase();
  if (expectsName) {
    const names = fields.filter((field) => field.name.startsWith(low) && field.name !== low);
    return { from, items: names.slice(0, 12).map((field) => ({ text: field.name, about: field.about })) };
  }
  const joins = ["and", "or"].filter((word) => word.startsWith(low) && word !== low);
  return { from, items: joins.map((word) => ({ text: `${word} `, about: "" })) };
}

export const RUN_FIELDS: readonly FilterFieldInfo[] = [
  { name: "status", about: "where it stands", words: ["running", "paused", "failed", "finished"] },
  { name: "score", about: "the best score so far, 0 to 1" },
  { name: "gain", about: "score minus seed_score" },
  { name: "seed_score", about: "the first prompt's score" },
  { name: "improved", about: "whether evidence shows it", words: ["yes", "no", "none"] },
  { name: "strategy", about: "the search" },
  { name: "model", about: "the task model" },
  { name: "description", about: "the user's words" },
  { name: "mode", about: "search or evaluate", words: ["optimize", "evaluate"] },
  { name: "usd", about: "US dollars spent" },
  { name: "calls", about: "answered calls" },
  { name: "candidates", about: "candidates so far" },
  { name: "generation", about: "last complete generation" },
  { name: "created", about: "a moment, 2026-11-01" },
  { name: "updated", about: "a moment, 2026-11-01" },
  { name: "simulated", about: "a simulated model", words: ["yes", "no"] },
  { name: "branch_of", about: "the run it branched from" },
  { name: "id", about: "the run's name" },
];

export const CANDIDATE_FIELDS: readonly FilterFieldInfo[] = [
  { name: "score", about: "mean score, 0 to 1" },
  { name: "low", about: "lower end of its 95 % interval" },
  { name: "high", about: "upper end of its 95 % interval" },
  { name: "trials", about: "answers it was judged by" },
  { name: "generation", about: "its generation" },
  { name: "operator", about: "what made it; seed for first prompts" },
  { name: "status", about: "what became of it", words: ["open", "kept", "dropped", "finalist", "chosen"] },
  { name: "reason", about: "why it was kept or dropped" },
  { name: "relation", about: "how it stands to its parents", words: ["seed", "mutated_from", "derived_from", "branch_of"] },
  { name: "parent", about: "one of its parents" },
  { name: "model", about: "the task model" },
  { name: "cost", about: "US dollars" },
  { name: "note", about: "label or hypothesis" },
  { name: "text", about: "the prompt" },
  { name: "id", about: "such as c12" },
];
