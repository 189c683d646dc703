import { expect, it } from "vitest";
import { initials } from "./Presence";

it.each([["Ada Lovelace", "AL"], ["ada", "AD"], ["ben.b", "BB"], ["Jean Luc van Dam", "JD"], ["名前", "名前"], ["", ""]])("shortens %j to %j", (name, short) => {
  expect(initials(name)).toBe(short);
});
