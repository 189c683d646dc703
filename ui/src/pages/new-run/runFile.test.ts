import { describe, expect, it } from "vitest";
import { read, START, variables, write } from "./runFile";

describe("run file", () => {
  it("is read into the form", () => {
    const { form } = read(START);
    expect(form).toMatchObject({ task: "simulated:rough", check: "contains", value: "{{answer}}", metric: "right", strategy: "auto", budget: { usd: 1, calls: 2000, minutes: 30 }, splits: { train: "0.4" } });
  });
  it("keeps comments and what the form does not know when it is written", () => {
    const text = write(START + "  sandbox: {backend: local} # ours\n", { task: "openai:gpt-5-mini", budget: { calls: 50 }, frozen: "{{question}}\nAnswer:" });
    expect(text).toContain("# A run file");
    expect(text).toContain("# ours");
    expect(read(text).form).toMatchObject({ task: "openai:gpt-5-mini", budget: { calls: 50 }, frozen: "{{question}}\nAnswer:" });
    expect(read(text).form?.budget).toEqual({ calls: 50 });
  });
  it("keeps a model's settings when its name changes", () => {
    const text = write("prompts: [a]\nproviders:\n  - id: openai:a\n    config: {temperature: 0}\n", { task: "openai:b", reflection: "openai:c" });
    expect(text).toContain("temperature: 0");
    expect(read(text).form).toMatchObject({ task: "openai:b", reflection: "openai:c" });
    expect(write(text, { reflection: "" })).not.toContain("optimize");
  });
  it("adds models by generation and takes them away", () => {
    const text = write(START, { generations: [{ from: 3, task: "", reflection: "openai:c", judge: "" }] });
    expect(text).toMatch(/generations: \[\{from: 3, reflection: openai:c\}\]/);
    expect(read(text).form?.generations).toEqual([{ from: 3, task: "", reflection: "openai:c", judge: "" }]);
    expect(write(text, { generations: [] })).not.toContain("generations");
  });
  it("names a data set of the workspace instead of a file", () => {
    const text = write(START, { tests: "library://qa@3" });
    expect(text).toContain("tests: library://qa@3");
    expect(read(text).form?.tests).toBe("library://qa@3");
    expect(read("tests: [{vars: {a: 1}}]").form?.tests).toBe("");
  });
  it("says what is no run file", () => {
    expect(read("a: [").form).toBeNull();
    expect(read("- a").error).toMatch(/no mapping/);
  });
});

it("finds a prompt's variables once each", () => {
  expect(variables("{{ question }} and {{question|upper}} but {{context}} {% if x %}")).toEqual(["question", "context"]);
});
