import { expect, it } from "vitest";
import { act } from "./acts";

it("says what was done in words, also what it does not know", () => {
  expect([act("share.add"), act("member.join"), act("moon.land_softly")]).toEqual(["link made", "member joined", "moon land softly"]);
});
