import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";
import { startClade, type Clade } from "../support/clade.ts";
import { demo, enter, finished } from "../support/runs.ts";
import { watch } from "../support/watch.ts";
import { pages } from "../support/pages.ts";

let clade: Clade;
let run: string;
let state: Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>>;

test.beforeAll(async ({ browser }) => {
  test.setTimeout(240_000);
  clade = await startClade();
  const page = await browser.newPage();
  await enter(page, clade);
  run = await demo(page);
  await finished(page);
  state = await page.context().storageState();
  await page.close();
});
test.afterAll(() => clade.close());

for (const theme of ["light", "dark"] as const) {
  for (const [name, path, ready] of pages) {
    test(`${name} in ${theme}: nothing serious for axe, fits wide and narrow windows, no error, no foreign request`, async ({ browser }) => {
      const context = await browser.newContext({ storageState: state, colorScheme: theme, viewport: { width: 1280, height: 720 } });
      const page = await context.newPage();
      const seen = watch(page, { origin: clade.url.origin });
      await page.goto(new URL(path.replace("RUN", run), clade.url).href);
      await expect(page.getByText(ready).first()).toBeVisible();
      await page.waitForTimeout(400);
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
      const serious = violations.filter((one) => one.impact === "serious" || one.impact === "critical");
      expect(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).slice(0, 3).join("; ")}`)).toEqual([]);
      // 640 px wide is 1280 at 200 % zoom
      for (const [width, height] of [[1280, 720], [640, 360], [390, 844]] as const) {
        await page.setViewportSize({ width, height });
        await page.waitForTimeout(150);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `wider than a window of ${width} px`).toBeLessThanOrEqual(0);
      }
      seen.clean();
      await context.close();
    });
  }
}
