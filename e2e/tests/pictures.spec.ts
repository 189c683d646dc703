import { expect, test } from "@playwright/test";
import { fileURLToPath } from "node:url";
import { startClade } from "../support/clade.ts";
import { pages } from "../support/pages.ts";
import { demo, enter, finished } from "../support/runs.ts";

const folder = fileURLToPath(new URL("../../docs/images/", import.meta.url));

/** The pictures of docs/ui.md: every page of a finished demonstration in both themes, and the plate on a telephone. */
test("pictures", async ({ page, browser }) => {
  test.setTimeout(900_000);
  const clade = await startClade();
  await enter(page, clade);
  const run = await demo(page);
  await finished(page);
  await page.getByRole("button", { name: "Branch", exact: true }).click();
  await page.getByRole("button", { name: "Start the branch" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.includes(run));
  const branch = new URL(page.url()).pathname.split("/")[2] ?? "";
  await finished(page);
  const state = await page.context().storageState();
  for (const theme of ["light", "dark"] as const) {
    const context = await browser.newContext({ storageState: state, colorScheme: theme, reducedMotion: "reduce", viewport: { width: 1280, height: 720 } });
    const shown = await context.newPage();
    for (const [name, path, ready] of pages) {
      await shown.goto(new URL(path.replace("RUN,RUN", `${run},${branch}`).replaceAll("RUN", run), clade.url).href);
      await expect(shown.getByText(ready).first()).toBeVisible();
      await shown.waitForLoadState("networkidle");
      await shown.screenshot({ path: `${folder}ui-${name}-${theme}.png` });
    }
    if (theme === "light") {
      await shown.setViewportSize({ width: 390, height: 844 });
      await shown.goto(new URL(`/runs/${run}`, clade.url).href);
      await expect(shown.getByText("line of descent")).toBeVisible();
      await shown.waitForLoadState("networkidle");
      await shown.screenshot({ path: `${folder}ui-lineage-phone.png`, fullPage: true });
    }
    await context.close();
  }
  await clade.close();
});
