import { expect, test } from "@playwright/test";
import { startClade } from "../support/clade.ts";
import { demo, enter } from "../support/runs.ts";
import { tree } from "../support/tree.ts";

const NODES = Number(process.env.NODES ?? 10_000);

/** Speed of the plate. The tree is made up, for no run of a test grows so large; everything else is the real server and page. */
test(`lineage of ${NODES} nodes: first paint, pan, hover, zoom`, async ({ page }) => {
  test.setTimeout(300_000);
  const clade = await startClade();
  await enter(page, clade);
  const run = await demo(page);
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("paused", { exact: true })).toBeVisible();
  const body = JSON.stringify(tree(run, NODES));
  await page.route(/\/lineage\?/, (route) => route.fulfill({ contentType: "application/json", body }));
  await page.addInitScript(() => {
    const long: number[] = [];
    Object.assign(window, { long });
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => long.push(Math.round(entry.duration)))).observe({ entryTypes: ["longtask"] });
  });
  await page.goto(new URL(`/runs/${run}?rejected=yes`, clade.url).href);
  await page.waitForFunction(() => performance.getEntriesByName("lineage-first-paint").length > 0, null, { timeout: 60_000 });
  const painted = await page.evaluate(() => {
    const data = performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/lineage?")).at(-1) as PerformanceResourceTiming;
    return Math.round((performance.getEntriesByName("lineage-first-paint")[0]?.startTime ?? 0) - data.responseEnd);
  });
  console.log(`${NODES} nodes, ${(body.length / 1e6).toFixed(1)} MB: first paint ${painted} ms after the data`);
  const box = await page.getByRole("application").boundingBox();
  if (!box) throw new Error("there is no plate");
  const part = async (name: string, act: () => Promise<void>) => {
    await page.evaluate(() => (window as unknown as { long: number[] }).long.splice(0));
    await act();
    await page.waitForTimeout(300);
    const long = await page.evaluate(() => (window as unknown as { long: number[] }).long.splice(0));
    console.log(`${name}: ${long.length} long tasks${long.length ? `, the longest ${Math.max(...long)} ms` : ""}`);
  };
  const glide = async (dx: number, dy: number) => {
    for (let at = 0; at < 60; at++) {
      await page.mouse.move(box.x + 300 + at * dx, box.y + 120 + at * dy);
      await page.waitForTimeout(16);
    }
  };
  await part("pan, whole tree", async () => {
    await page.mouse.move(box.x + 300, box.y + 120);
    await page.mouse.down();
    await glide(3, 1);
    await page.mouse.up();
  });
  await part("hover", () => glide(8, 3));
  await part("zoom", async () => {
    for (let at = 0; at < 40; at++) {
      await page.mouse.wheel(0, -60);
      await page.waitForTimeout(16);
    }
  });
  const heap = await page.evaluate(() => (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0);
  console.log(`heap ${Math.round(heap / 1e6)} MB`);
  await clade.close();
});
