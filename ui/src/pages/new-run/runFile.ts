import { Document, isMap, isSeq, parseDocument } from "yaml";
import type { Budget } from "@/api/types";

/** What the form knows of a run file. The file is the truth: the form reads it and writes into it, and keeps the rest and its comments. */
export interface RunForm {
  description: string;
  task: string;
  reflection: string;
  judge: string;
  generations: { from: number; task: string; reflection: string; judge: string }[];
  check: string;
  value: string;
  metric: string;
  strategy: string;
  budget: Budget;
  splits: { train: string; validation: string; test: string };
  maxTokens: string;
  frozen: string;
  seed: string;
  /** Where the examples come from; empty where the file has them in it or names several places. */
  tests: string;
}

export const START = `# A run file: a promptfoo config with one more block, \`optimize\`.
description: '' # what the prompt is to do; operators read it
prompts: [file://prompt.txt]
providers: [simulated:rough]
tests: file://data.jsonl

defaultTest:
  assert:
    - {type: contains, value: '{{answer}}', metric: right}

optimize:
  budget: {calls: 2000, usd: 1.00, minutes: 30}
  strategy: auto
  # The search sees train, validation chooses, test proves.
  splits: {train: 0.4, validation: 0.3, test: 0.3}
`;

const str = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "object" ? "" : String(value));
const modelName = (value: unknown): string => (typeof value === "string" ? value : typeof value === "object" && value !== null ? str((value as { id?: unknown }).id ?? Object.keys(value)[0]) : "");

/** What the file says, as far as a form can show it; null where it is no YAML mapping. */
export function read(text: string): { form: RunForm; error: null } | { form: null; error: string } {
  const doc = parseDocument(text);
  const wrong = doc.errors[0];
  if (wrong) return { form: null, error: wrong.message };
  const file: unknown = doc.toJS();
  if (typeof file !== "object" || file === null || Array.isArray(file)) return { form: null, error: "The run file is no mapping of keys." };
  const at = (...path: (string | number)[]): unknown => doc.getIn(path);
  const js = (...path: (string | number)[]): unknown => path.reduce<unknown>((value, key) => (typeof value === "object" && value !== null ? (value as Record<string | number, unknown>)[key] : undefined), file);
  const number = (name: string) => {
    const value = at("optimize", "budget", name);
    return typeof value === "number" ? { [name]: value } : {};
  };
  const strategy = js("optimize", "strategy");
  const frozen = js("optimize", "constraints", "frozen");
  const generations = js("optimize", "models", "generations");
  const providers = js("providers") ?? js("targets");
  return {
    error: null,
    form: {
      description: str(at("description")),
      task: modelName(Array.isArray(providers) ? providers[0] : providers),
      reflection: modelName(js("optimize", "models", "reflection")),
      judge: modelName(js("optimize", "models", "judge")),
      generations: Array.isArray(generations) ? generations.map((one: Record<string, unknown>) => ({ from: Number(one.from ?? 0), task: modelName(one.task), reflection: modelName(one.reflection), judge: modelName(one.judge) })) : [],
      check: str(js("defaultTest", "assert", 0, "type")),
      value: str(js("defaultTest", "assert", 0, "value")),
      metric: str(js("defaultTest", "assert", 0, "metric")),
      strategy: typeof strategy === "string" ? strategy : str((strategy as { name?: unknown } | undefined)?.name) || "auto",
      budget: { ...number("usd"), ...number("calls"), ...number("minutes"), ...number("tokens") },
      splits: { train: str(at("optimize", "splits", "train")), validation: str(at("optimize", "splits", "validation")), test: str(at("optimize", "splits", "test")) },
      maxTokens: str(at("optimize", "constraints", "max_prompt_tokens")),
      frozen: Array.isArray(frozen) ? frozen.map(str).join("\n") : "",
      seed: str(at("optimize", "seed")),
      tests: str(js("tests")),
    },
  };
}

/** Writes what changed in the form into the file; comments, order and everything the form does not know stay. */
export function write(text: string, change: Partial<RunForm>): string {
  const doc = parseDocument(text);
  const set = (path: (string | number)[], value: unknown) => put(doc, path, value);
  if (change.description !== undefined) set(["description"], change.description);
  if (change.tests !== undefined) set(["tests"], change.tests);
  if (change.task !== undefined) setModel(doc, [doc.has("targets") ? "targets" : "providers"], change.task, true);
  for (const role of ["reflection", "judge"] as const) if (change[role] !== undefined) setModel(doc, ["optimize", "models", role], change[role] ?? "", false);
  if (change.generations !== undefined) set(["optimize", "models", "generations"], change.generations.length ? doc.createNode(change.generations.map(({ from, ...roles }) => ({ from, ...Object.fromEntries(Object.entries(roles).filter(([, model]) => model)) })), { flow: true }) : undefined);
  const first = ["defaultTest", "assert", 0];
  if (change.check !== undefined || change.value !== undefined || change.metric !== undefined) {
    if (doc.getIn(first) === undefined) set(["defaultTest", "assert"], doc.createNode([{}]));
    if (change.check !== undefined) set([...first, "type"], change.check);
    if (change.value !== undefined) set([...first, "value"], change.value === "" ? undefined : change.value);
    if (change.metric !== undefined) set([...first, "metric"], change.metric === "" ? undefined : change.metric);
  }
  if (change.strategy !== undefined) set(["optimize", "strategy"], change.strategy);
  if (change.budget !== undefined) {
    for (const name of ["usd", "calls", "minutes", "tokens"] as const) set(["optimize", "budget", name], change.budget[name] ?? undefined);
  }
  if (change.splits !== undefined) for (const [name, share] of Object.entries(change.splits)) set(["optimize", "splits", name], share === "" ? undefined : Number(share));
  if (change.maxTokens !== undefined) set(["optimize", "constraints", "max_prompt_tokens"], change.maxTokens === "" ? undefined : Number(change.maxTokens));
  if (change.frozen !== undefined) {
    const lines = linesOf(change.frozen);
    set(["optimize", "constraints", "frozen"], lines.length ? doc.createNode(lines) : undefined);
  }
  if (change.seed !== undefined) set(["optimize", "seed"], change.seed === "" ? undefined : Number(change.seed));
  return doc.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** A model's name; where the file gives it settings, those stay. */
function setModel(doc: Document.Parsed, path: (string | number)[], id: string, list: boolean): void {
  const there = doc.getIn(path);
  const place = list && isSeq(there) ? [...path, 0] : path;
  const one = doc.getIn(place);
  if (isMap(one) && one.has("id")) put(doc, [...place, "id"], id);
  else if (list && !isSeq(there)) put(doc, path, doc.createNode([id], { flow: true }));
  else put(doc, place, id === "" ? undefined : id);
}

function put(doc: Document.Parsed, path: (string | number)[], value: unknown): void {
  if (value === undefined) {
    if (!doc.hasIn(path)) return;
    doc.deleteIn(path);
    // an empty mapping left behind says nothing
    for (let above = path.slice(0, -1); above.length; above = above.slice(0, -1)) {
      const left = doc.getIn(above);
      if (!isMap(left) || left.items.length) break;
      doc.deleteIn(above);
    }
    return;
  }
  for (let depth = 1; depth < path.length; depth++) {
    const above = path.slice(0, depth);
    if (!isMap(doc.getIn(above)) && !isSeq(doc.getIn(above))) doc.setIn(above, doc.createNode({}));
  }
  doc.setIn(path, value);
}

/** The lines of a text that are not empty. */
export const linesOf = (text: string): string[] => text.split("\n").filter((line) => line.trim() !== "");

/** The names between `{{` and `}}` of a prompt, filters left off. */
export function variables(prompt: string): string[] {
  const names = [...prompt.matchAll(/\{\{-?\s*([A-Za-z_][\w]*)/g)].map((match) => match[1] ?? "");
  return [...new Set(names)];
}
