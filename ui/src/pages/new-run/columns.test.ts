import { describe, expect, it } from "vitest";
import { lacking, renamed, rowsAt } from "./columns";
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
it("takes examples by their positions in each format", () => {
  expect(rowsAt('{"a":1}\n\n{"a":2}\n{"a":3}', "jsonl", [1, 2])).toBe('{"a":2}\n{"a":3}');
  expect(rowsAt('[{"a":1},{"a":2}]', "json", [1, 7])).toBe('[{"a":2}]');
  expect(rowsAt("a,b\n1,2\n,\n3,4\n", "csv", [1])).toBe("a,b\n3,4\n");
});
