import { expect, it } from "vitest";
import { csv, preview } from "./preview";

it("reads JSON lines with and without vars", () => {
  expect(preview('{"vars":{"q":"a","n":2}}\n{"q":"b"}\n')).toEqual({ kind: "jsonl", columns: ["q", "n"], rows: [{ q: "a", n: "2" }, { q: "b" }], count: 2, error: null });
  expect(preview('{"q":').error).toBe("line 1 is no JSON");
});
it("reads tables with quotes, line ends inside cells, and other separators", () => {
  expect(csv('a,b\r\n"x, ""y""","1\n2"\r\n')).toEqual([["a", "b"], ['x, "y"', "1\n2"]]);
  expect(preview("q;__expected\nhow?;42\n")).toMatchObject({ kind: "csv", columns: ["q"], count: 1 });
  expect(preview("")).toMatchObject({ kind: "empty" });
});
