import { expect, it } from "vitest";
import { direction } from "./direction";

it("leaves short texts to the browser, and takes long ones by their first letter", () => {
  expect(direction("שלום")).toBe("auto");
  expect(direction(`1. {{ שלום ${"lorem ".repeat(10_000)}`)).toBe("rtl");
  expect(direction(`1. مرحبا ${"lorem ".repeat(10_000)}`)).toBe("rtl");
  expect(direction(`1. Solve שלום ${"lorem ".repeat(10_000)}`)).toBe("ltr");
  expect(direction("1".repeat(40_000))).toBe("ltr");
});
