import { expect, it } from "vitest";
import type { RunDetail } from "@/api/types";
import { steerable } from "./steerable";

it("ends with the search, not with the run", () => {
  const at = (status: string, phase?: string, mode = "optimize") => steerable({ run: { mode, status }, progress: phase ? { phase } : null } as unknown as RunDetail);
  expect([at("running", "searching"), at("paused"), at("running", "choosing"), at("running", "proving"), at("finished"), at("running", "evaluating", "evaluate")]).toEqual([true, true, false, false, false, false]);
});
