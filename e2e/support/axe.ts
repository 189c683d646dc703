import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

/** What axe finds serious. No page has frames, so the one page is examined where it is. */
async function serious(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).options({ resultTypes: ["violations"] }).setLegacyMode().analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return grave.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.target.join(" ")).join("; ")}`);
}

/** What is wrong with a page as it is shown, in both themes and narrower windows: what axe finds, and where it is wider than its window. */
export async function faults(page: Page): Promise<string[]> {
  const found: string[] = [];
  await page.setViewportSize({ width: 1280, height: 720 });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator("html")).toHaveCSS("color-scheme", colorScheme);
    found.push(...(await serious(page)).map((one) => `${colorScheme}: ${one}`));
  }
  // 640 px wide is 1280 at 200 % zoom
  for (const [width, height] of [[640, 360], [390, 844]] as const) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(150);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wider > 0) found.push(`wider than a window of ${width} px by ${wider}`);
  }
  return found;
}
