import { expect, it } from "vitest";
import type { Recorded } from "@/api/types";
import { wishOf } from "./wishes";

const said = (what: string, candidate?: number): Recorded => ({ seq: 0, at: 0, event: "steered", wish: { what, candidate } });

it("is what was said last of a candidate, and of no other", () => {
  expect(wishOf([said("pin", 3), said("feedback"), said("reject", 30)], "c3")).toBe("pinned");
  expect(wishOf([said("pin", 3), said("unpin", 3)], "c3")).toBeNull();
  expect(wishOf([said("pin", 3), said("reject", 3)], "c3")).toBe("rejected");
  expect(wishOf([said("feedback")], "c0")).toBeNull();
});
