import { expect, it } from "vitest";
import { answered, connection, missed } from "./connection";

it("takes any answer for a sign of life, and what was asked before it for none of the opposite", () => {
  missed(10);
  expect(connection().gone).toBe(true);
  answered(20);
  expect(connection().gone).toBe(false);
  // asked while the server was gone, given up now
  missed(15);
  expect(connection().gone).toBe(false);
  missed(25);
  expect(connection().gone).toBe(true);
  answered(30);
  expect(connection().gone).toBe(false);
});
