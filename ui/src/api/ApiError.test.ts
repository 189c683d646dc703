import { expect, it } from "vitest";
import { ApiError, fixOf } from "./ApiError";

const fix = (fix: string) => fixOf(new ApiError({ title: "no", status: 422, fix }));

it("leaves out what only programs can do", () => {
  expect(fix("name one that it has; GET /api/v1/runs/{run}/candidates/{candidate} lists them")).toBe("name one that it has");
  expect(fix("start it: POST /api/v1/runs/{run}/start; its first prompts are the first candidates then")).toBe("its first prompts are the first candidates then");
  expect(fix("send a bundle as `GET /api/v1/runs/{run}/export?format=bundle` gives it")).toBeUndefined();
  expect(fix("raise the limit; `clade serve` goes on")).toBe("raise the limit; `clade serve` goes on");
});
