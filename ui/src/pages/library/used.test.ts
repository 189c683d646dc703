import { expect, it } from "vitest";
import type { RunSpec } from "@/api/types";
import { useOf } from "./used";

const spec = (library: unknown[], ...texts: string[]) => ({ library, prompts: texts.map((text) => ({ label: "", prompt: { components: [{ name: "user", role: "user", text }] } })) }) as unknown as RunSpec;

it("knows a version by its name, a prompt by its text, and nothing by likeness", () => {
  expect(useOf(spec([{ kind: "dataset", name: "sums", version: 2, hash: "" }]), "dataset", "sums", "")).toEqual({ version: 2 });
  expect(useOf(spec([{ kind: "dataset", name: "sums", version: 2, hash: "" }]), "prompt", "sums", "x")).toBeNull();
  expect(useOf(spec([], "Answer {{q}}\n"), "prompt", "p", "Answer {{q}}")).toBe("same text");
  expect(useOf(spec([], "Answer {{q}}"), "dataset", "p", "Answer {{q}}")).toBeNull();
});
