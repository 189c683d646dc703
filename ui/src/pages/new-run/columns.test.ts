import { describe, expect, it } from "vitest";
import { firstOf, lacking, renamed } from "./columns";
import { csv, preview } from "./preview";

const names = new Map([["Frage", "question"], ["Lösung", "answer"]]);

describe("columns", () => {
  it("are renamed in lines of JSON, also under `vars`, and other fields stay", () => {
    expect(renamed('{"Frage": "a", "id": 1}\n\n{"vars": {"Lösung": 2}, "assert": []}\n', "jsonl", names)).toBe('{"question":"a","id":1}\n\n{"vars":{"answer":2},"assert":[]}\n');
  });
  it("are renamed in a list and in a table with odd cells", () => {
    expect(JSON.parse(renamed('[{"Frage": "a"}]', "json", names))).toEqual([{ question: "a" }]);
    const table = renamed('Frage;Lösung\n"a, ""b""\nc";2\n', "csv", names);
    expect(csv(table)).toEqual([["question", "answer"], ['a, "b"\nc', "2"]]);
    expect(preview(table).columns).toEqual(["question", "answer"]);
  });
  it("that are lacking are named once there are any", () => {
    expect(lacking(["question", "answer"], ["question", "Lösung"])).toEqual(["answer"]);
    expect(lacking(["question"], [])).toEqual([]);
  });
});
it("takes the first examples in each format", () => {
  expect(firstOf('{"a":1}\n\n{"a":2}\n{"a":3}', "jsonl", 2)).toBe('{"a":1}\n{"a":2}');
  expect(firstOf('[{"a":1},{"a":2}]', "json", 1)).toBe('[{"a":1}]');
  expect(firstOf("a,b\n1,2\n3,4\n", "csv", 1)).toBe("a,b\n1,2\n");
});
