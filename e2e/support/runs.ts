import { expect, type Page } from "@playwright/test";
import type { Clade } from "./clade.ts";

/** Lets the person at this machine in. The link works once. */
export async function enter(page: Page, clade: Clade): Promise<void> {
  if (!clade.start) throw new Error("this server has accounts");
  await page.goto(clade.start.href);
  await expect(page.getByRole("link", { name: "Promptclade" })).toBeVisible();
}

/** Starts the demonstration from the page of runs and gives the new run's id. */
export async function demo(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Try the demo" }).click();
  await page.waitForURL(/\/runs\/[a-z0-9]+/);
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}

export async function finished(page: Page): Promise<void> {
  await expect(page.getByRole("banner").or(page.locator("header")).getByText("finished").first()).toBeVisible({ timeout: 150_000 });
}
