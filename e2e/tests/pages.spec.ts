import { expect, test, type Page } from "@playwright/test";
import { faults } from "../support/axe.ts";
import { startClade, type Clade } from "../support/clade.ts";
import { pages } from "../support/pages.ts";
import { demo, enter, finished } from "../support/runs.ts";
import { watch } from "../support/watch.ts";

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

/** What is wrong with a page, or that it never appears. */
async function faultsAt(page: Page, path: string, ready: string | RegExp): Promise<string[]> {
  await page.setViewportSize({ width: 1280, height: 720 });
  // comparing needs a second run: that page is shown here without one, and by the journey with two
  await page.goto(new URL(path.replace("?runs=RUN,RUN", "").replaceAll("RUN", run), clade.url).href);
  const shown = await page.getByText(ready).first().waitFor().then(() => true, () => false);
  return shown ? faults(page) : [`“${String(ready)}” never appears`];
}

test("every page: nothing serious for axe in either theme, fits its window, no error, no foreign request", async ({ browser }) => {
  test.setTimeout(300_000);
  const context = await browser.newContext({ storageState: state, reducedMotion: "reduce" });
  const page = await context.newPage();
  const seen = watch(page, { origin: clade.url.origin });
  const wrong: Record<string, string[]> = {};
  for (const [name, path, ready] of pages) {
    const found = await faultsAt(page, path, ready);
    if (found.length) wrong[name] = found;
  }
  expect(wrong).toEqual({});
  seen.clean();
  await context.close();
});

test("the keyboard alone leaves a field with completions for the next control, and reaches every run", async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(new URL("/w/local", clade.url).href);
  await page.getByRole("combobox", { name: "Filter runs" }).focus();
  await expect(page.getByRole("listbox", { name: "Completions" })).toBeVisible();
  for (const next of [page.getByRole("combobox", { name: "View" }), page.getByRole("combobox", { name: "Order" }), page.getByRole("checkbox").first()]) {
    await page.keyboard.press("Tab");
    await expect(next).toBeFocused();
  }
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/runs/${run}`));
  await context.close();
});

test("a filter is kept by name as a view, found again after a reload, and forgotten", async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(new URL("/w/local?filter=gain%3E0.1", clade.url).href);
  const view = page.getByRole("combobox", { name: "View" });
  await view.selectOption("save this one …");
  const dialog = page.getByRole("dialog", { name: "Save this view" });
  await dialog.getByRole("textbox", { name: "Name" }).fill("all");
  await expect(dialog.getByRole("button", { name: "Save" })).toBeDisabled();
  await dialog.getByRole("textbox", { name: "Name" }).fill("gains");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await page.goto(new URL("/w/local", clade.url).href);
  await view.selectOption("gains");
  await expect(page).toHaveURL(/filter=gain/);
  await view.selectOption("forget this one");
  await expect(view.getByRole("option", { name: "gains" })).toHaveCount(0);
  await context.close();
});

test("an answer opens from the heat map with the keyboard alone, and Escape leads back to its cell", async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(new URL(`/runs/${run}/examples?split=test`, clade.url).href);
  const map = page.getByRole("application", { name: /Scores of/ });
  await map.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Judged by")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByText("Judged by")).toBeHidden();
  await expect(map).toBeFocused();
  await context.close();
});

test("a choice leaves a page where it is scrolled to, another page begins at its top, and Back leads to the place that was left", async ({ browser }) => {
  const context = await browser.newContext({ storageState: state, reducedMotion: "reduce" });
  const page = await context.newPage();
  const scrolled = () => page.evaluate(() => Math.round(scrollY));
  await page.goto(new URL(`/runs/${run}/candidates`, clade.url).href);
  await page.getByRole("checkbox").first().waitFor();
  await page.mouse.move(640, 500);
  await page.mouse.wheel(0, 600);
  await expect.poll(scrolled).toBeGreaterThan(400);
  const place = await scrolled();
  await page.getByRole("checkbox").nth(18).check();
  await expect(page).toHaveURL(/a=c/);
  await page.waitForTimeout(300);
  expect(Math.abs((await scrolled()) - place)).toBeLessThan(60);
  await page.evaluate(() => document.querySelector<HTMLElement>('nav[aria-label="Main"] a')?.click());
  await expect(page.getByText("From seed to best")).toBeVisible();
  expect(await scrolled()).toBe(0);
  await page.goBack();
  await expect.poll(scrolled).toBeGreaterThan(400);
  await context.close();
});
