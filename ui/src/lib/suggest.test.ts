import { describe, expect, it } from "vitest";
import { CANDIDATE_FIELDS, suggest } from "./suggest";

const at = (text: string) => suggest(text, text.length, CANDIDATE_FIELDS).items.map((item) => item.text.trim());

describe("suggest", () => {
  it("offers names where a name may stand", () => {
    expect(at("sc")).toEqual(["score"]);
    expect(at("score>0.5 and op")).toEqual(["operator"]);
    expect(at("not (re")).toEqual(["reason", "relation"]);
  });
  it("offers a field's words after a comparison", () => {
    expect(at("status=")).toEqual(["open", "kept", "dropped", "finalist", "chosen"]);
    expect(at("status=dr")).toEqual(["dropped"]);
    expect(at("operator=ref")).toEqual([]);
  });
  it("offers joints after a whole condition and nothing inside a value", () => {
    expect(at("score>0.5 ")).toEqual(["and", "or"]);
    expect(at("score>0.5")).toEqual([]);
    expect(at("note~'two w")).toEqual([]);
  });
});
