import { expect, it } from "vitest";
import { answered, connection, missed, whenBack } from "./connection";

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

it("tells whoever waits that the server is back", async () => {
  await whenBack();
  missed(40);
  let back = false;
  const waits = whenBack().then(() => (back = true));
  await Promise.resolve();
  expect(back).toBe(false);
  answered(50);
  await waits;
  expect(back).toBe(true);
});
