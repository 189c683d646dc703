import { describe, expect, it } from "vitest";
import { faults } from "./faults";

const lines = (...rows: unknown[]) => rows.map((row) => JSON.stringify(row)).join("\n");

describe("faults of a data set", () => {
  it("are none where all examples differ", () => {
    expect(faults(lines({ q: "a" }, { q: "b" }))).toEqual({ count: 2, splits: {}, same: [], alike: [], leaks: [] });
  });
  it("are duplicates, whatever the order of their fields, and those that only look different", () => {
    const found = faults(lines({ q: "Two and two?", a: "4" }, { a: "4", q: "Two and two?" }, { q: "two  and two", a: "4" }, { q: "c", a: "1" }));
    expect([found?.same, found?.alike]).toEqual([[[1, 2]], [[1, 2, 3]]]);
  });
  it("are leaks where the same example stands in two splits, in each format", () => {
    const found = faults(lines({ q: "a", __split: "train" }, { q: "a", __split: "test" }, { q: "b", __split: "test" }));
    expect(found?.splits).toEqual({ train: 1, test: 2 });
    expect(found?.leaks).toEqual([{ at: [1, 2], splits: ["test", "train"] }]);
    expect(faults("q,__split\nA,train\na,test\n")?.leaks).toEqual([{ at: [1, 2], splits: ["test", "train"] }]);
    expect(faults(JSON.stringify([{ vars: { q: "a" }, metadata: { split: "train" } }, { vars: { q: "a" }, metadata: { split: "train" } }]))?.leaks).toEqual([]);
  });
  it("are leaks where a column `split` parts the data, by the words that the server knows; another column of that name is a variable", () => {
    const found = faults("question,answer,split\nsame question,2,train\nsame question,2,Holdout\n");
    expect([found?.splits, found?.leaks]).toEqual([{ train: 1, test: 1 }, [{ at: [1, 2], splits: ["test", "train"] }]]);
    expect(faults("q,split\na,banana\na,tea\n")).toMatchObject({ splits: {}, same: [], leaks: [] });
  });
  it("are not looked for in what cannot be read", () => {
    expect([faults(""), faults("{oops"), faults("[1")]).toEqual([null, null, null]);
  });
});
