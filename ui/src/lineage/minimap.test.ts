import { expect, it } from "vitest";
import { corner } from "./minimap";

it("never stands over the best", () => {
  const size = { width: 900, height: 500 }, map = { width: 150, height: 96 };
  expect(corner({ x: 870, y: 470 }, size, map)).toBe("top");
  expect(corner({ x: 870, y: 200 }, size, map)).toBe("bottom");
  expect(corner({ x: 300, y: 470 }, size, map)).toBe("bottom");
  expect(corner(null, size, map)).toBe("bottom");
});
