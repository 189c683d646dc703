import { expect, it } from "vitest";
import { otherPage } from "./otherPage";

it("scrolls for another page, and for nothing that changes within one", () => {
  const other = otherPage();
  const paths = ["/runs/a", "/runs/a", "/runs/a/log", "/runs/a/log", "/runs/a"];
  expect(paths.map((pathname) => other({ location: { pathname } }))).toEqual([true, false, true, false, true]);
});
