import { expect, it } from "vitest";
import { jsonLines } from "./jsonLines";

it("turns lists and tables into a JSON object a line", () => {
  expect(jsonLines('[{"a": 1},\n {"vars": {"a": 2}}]')).toBe('{"a":1}\n{"vars":{"a":2}}\n');
  expect(jsonLines('a,__split\n"1, ""2""",train\n,\n3\n')).toBe('{"a":"1, \\"2\\"","__split":"train"}\n{"a":"3"}\n');
});
it("leaves JSON lines as they are", () => {
  expect(jsonLines('{"a": 1}\n\n{"a": 2}')).toBe('{"a": 1}\n\n{"a": 2}');
});
it("says what cannot be read", () => {
  expect(() => jsonLines('[{"a": 1}')).toThrow("cannot be read");
});
