import { expect, it } from "vitest";
import type { RunSpec } from "@/api/types";
import { modelOf, sentWith } from "./sent";

const spec = {
  models: {
    task: [{ id: "openai:chat:small", config: { temperature: 0.2, max_completion_tokens: 300, apiBaseUrl: "http://127.0.0.1:1", maxRetries: 4, top_p: 0.9, passthrough: { effort: "low" } } }, { id: "openai:chat:large", label: "large" }],
    generations: [{ from: 3, task: { id: "ollama:chat:qwen3", config: { num_predict: 64, seed: 7 } } }],
  },
} as unknown as RunSpec;

it("names the parameters that went with a request, and none that say where it went", () => {
  expect(sentWith(modelOf(spec, null)!)).toEqual({ parameters: [["temperature", "0.2"], ["max tokens", "300"], ["seed", "not set: the provider’s default"], ["top_p", "0.9"], ["passthrough", '{"effort":"low"}']], retries: 4 });
  expect(sentWith({ id: "x" })).toMatchObject({ retries: null });
});
it("finds the model that answered, by label or id, also one of a later generation", () => {
  expect(modelOf(spec, "large")?.id).toBe("openai:chat:large");
  expect(modelOf(spec, "ollama:chat:qwen3, judged by x")?.config).toEqual({ num_predict: 64, seed: 7 });
  expect(modelOf(spec, "gone")).toBeUndefined();
});
