import type { RunSpec } from "@/api/types";

type ModelSpec = RunSpec["models"]["task"][number];

/** Settings that say where and how a request goes; they are no part of it. */
const CONNECTION = new Set(["apiKeyEnvar", "apiKeyRequired", "apiBaseUrl", "apiHost", "headers", "timeoutMs", "maxRetries", "cost", "inputCost", "outputCost", "requestCost", "requestsPerMinute", "tokensPerMinute", "showThinking"]);
/** What a reader looks for first, by the names under which settings have it. */
const SAMPLING: readonly (readonly [string, readonly string[]])[] = [
  ["temperature", ["temperature"]],
  ["max tokens", ["max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "num_predict"]],
  ["seed", ["seed"]],
];

/** What went with the messages of a trial's request. */
export interface Sent {
  /** The settings in words: sampling first, then whatever else the run file sets. */
  parameters: [name: string, value: string][];
  /** How often a call may be tried again; null where the run leaves that to patience. */
  retries: number | null;
}

/** The model that answered, with its settings. A run's first task model is not named in its trials. */
export function modelOf(spec: RunSpec, named: string | null | undefined): ModelSpec | undefined {
  const { task, generations } = spec.models;
  const name = named?.split(", judged by ")[0];
  if (!name) return task[0];
  const all = [...task, ...generations.flatMap((one) => one.task ?? [])];
  return all.find((model) => model.label === name) ?? all.find((model) => model.id === name);
}

/** The parameters of the requests to a model, as the run's settings have them. */
export function sentWith({ config = {} }: ModelSpec): Sent {
  const taken = new Set(SAMPLING.flatMap(([, keys]) => keys));
  const sampling = SAMPLING.map(([name, keys]): [string, string] => [name, said(keys.map((key) => config[key]).find((value) => value !== undefined && value !== null))]);
  const others = Object.entries(config).filter(([key]) => !taken.has(key) && !CONNECTION.has(key));
  return { parameters: [...sampling, ...others.map(([key, value]): [string, string] => [key, said(value)])], retries: typeof config.maxRetries === "number" ? config.maxRetries : null };
}

const said = (value: unknown) => (value === undefined || value === null ? "not set: the provider’s default" : typeof value === "string" ? value : JSON.stringify(value));
