import { expect, it } from "vitest";
import { OtherVersion, patiently } from "./lazyPage";

/** A module that fails so often, and a server that is gone so often when it is asked. */
const world = (fails: number, gone: number) => {
  const seen: string[] = [];
  const read = async () => {
    seen.push("read");
    if (fails-- > 0) throw new TypeError("Failed to fetch dynamically imported module");
    return "page";
  };
  return { seen, read, server: { answers: async () => gone-- <= 0, back: async () => void seen.push("back") } };
};

it("waits for the server and reads again, however often it goes", async () => {
  const { seen, read, server } = world(3, 3);
  expect(await patiently(read, server)).toBe("page");
  expect(seen).toEqual(["read", "back", "read", "back", "read", "back", "read"]);
});
it("tries once more where the server is there, and then says that it is another version", async () => {
  expect(await patiently(world(1, 0).read, world(1, 0).server)).toBe("page");
  await expect(patiently(world(2, 0).read, world(2, 0).server)).rejects.toThrow(OtherVersion);
});
