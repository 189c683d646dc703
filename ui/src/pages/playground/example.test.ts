import { expect, it } from "vitest";
import { preview } from "../new-run/preview";
import { withExample } from "./example";

const example = { question: 'Two, and "two"?', answer: "4" };

it.each([
  ["nothing", ""],
  ["JSON lines", '{"question":"a","answer":"b"}\n'],
  ["JSON lines with vars", '{"vars":{"question":"a","answer":"b"},"assert":[]}'],
  ["a list", '[{"question":"a","answer":"b"}]'],
  ["a list with vars", '[{"vars":{"question":"a","answer":"b"}}]'],
  ["a table", "answer;question\nb;a\n"],
  ["a table without rows", "question,answer"],
])("adds to %s", (_, text) => {
  const before = preview(text, 10);
  const after = preview(withExample(text, example), 10);
  expect([after.error, after.count, after.rows.at(-1)]).toEqual([null, before.count + 1, example]);
  expect(after.kind).toBe("jsonl");
});
