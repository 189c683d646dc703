import { expect, test, type Page } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { startClade, type Clade } from "../support/clade.ts";
import { felt, gauge, heap, quantile } from "../support/gauge.ts";

/** The folder that `cargo run --release -p clade-store-sqlite --example pages -- FOLDER` filled. `cargo xtask bench ui` does both. */
const data = process.env.CLADE_PAGES;
/** For how long the live run is watched. */
const MINUTES = Number(process.env.MINUTES ?? 5);
const figures: Record<string, unknown> = {};
const keep = (name: string, value: unknown) => {
  figures[name] = value;
  console.error(`${name}: ${JSON.stringify(value)}`);
};

test.describe.configure({ mode: "serial" });
// a trace copies the whole page at every step, and would be what is measured
test.use({ trace: "off" });
test.skip(!data, "CLADE_PAGES names no folder with runs to look at: `cargo xtask bench ui` makes one");
test.afterAll(() => {
  console.log(JSON.stringify({ figures, machine: { cpus: cpus().map((cpu) => cpu.model), load: loadavg()[0] } }));
});

let clade: Clade;
test.beforeAll(async () => {
  clade = await startClade({ data });
});
test.afterAll(() => clade.close());

let state: Awaited<ReturnType<ReturnType<Page["context"]>["storageState"]>> | undefined;
const open = async (browser: import("@playwright/test").Browser) => {
  const context = await browser.newContext({ storageState: state, viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  await gauge(page);
  return page;
};

test("home: 10,000 runs from a server that just started", async ({ browser }) => {
  const page = await open(browser);
  await page.addInitScript(() => {
    const look = () => (document.querySelector("main tbody tr[aria-rowindex]") ? performance.mark("first-row") : requestAnimationFrame(look));
    requestAnimationFrame(look);
  });
  if (!clade.start) throw new Error("this server has accounts");
  await page.goto(clade.start.href);
  await page.waitForFunction(() => performance.getEntriesByName("first-row").length > 0);
  keep("home_first_row_ms", await page.evaluate(() => Math.round(performance.getEntriesByName("first-row")[0]?.startTime ?? NaN)));
  const box = await page.locator("main table").boundingBox();
  if (!box) throw new Error("there is no table");
  await page.mouse.move(box.x + 200, box.y + 100);
  keep("home_scroll", await felt(page, async () => {
    for (let at = 0; at < 120; at++) {
      await page.mouse.wheel(0, 240);
      await page.waitForTimeout(16);
    }
  }));
  state = await page.context().storageState();
  await page.context().close();
});

for (const [run, total] of [["tree-10k", 10_000], ["tree-50k", 50_000]] as const) {
  test(`lineage of ${total} candidates`, async ({ browser }) => {
    test.setTimeout(300_000);
    const page = await open(browser);
    let bytes = 0, edges = 0, marks = 0;
    page.on("response", async (response) => {
      if (!response.url().includes("/lineage?")) return;
      const text = await response.text();
      const drawing = JSON.parse(text) as { marks: { edges: unknown[] }[] };
      [bytes, marks, edges] = [text.length, drawing.marks.length, drawing.marks.reduce((sum, mark) => sum + mark.edges.length, 0)];
    });
    await page.goto(new URL(`/runs/${run}?rejected=yes`, clade.url).href);
    await page.waitForFunction(() => performance.getEntriesByName("lineage-first-paint").length > 0, null, { timeout: 120_000 });
    const times = await page.evaluate(() => {
      const data = performance.getEntriesByType("resource").filter((entry) => entry.name.includes("/lineage?"))[0] as PerformanceResourceTiming;
      const paint = performance.getEntriesByName("lineage-first-paint")[0]?.startTime ?? NaN;
      return { data_ms: Math.round(data.responseEnd - data.startTime), paint_after_data_ms: Math.round(paint - data.responseEnd), whole_ms: Math.round(paint) };
    });
    await expect.poll(() => bytes).toBeGreaterThan(0);
    const box = await page.getByRole("application").boundingBox();
    if (!box) throw new Error("there is no plate");
    const glide = async (dx: number, dy: number) => {
      for (let at = 0; at < 60; at++) {
        await page.mouse.move(box.x + 300 + at * dx, box.y + 120 + at * dy);
        await page.waitForTimeout(16);
      }
    };
    const pan = async () => {
      await page.mouse.move(box.x + 300, box.y + 120);
      await page.mouse.down();
      await glide(3, 1);
      await page.mouse.up();
    };
    keep(run, {
      marks,
      edges,
      megabytes: Math.round(bytes / 1e5) / 10,
      ...times,
      pan_whole: await felt(page, pan),
      hover_whole: await felt(page, () => glide(8, 3)),
      zoom: await felt(page, async () => {
        for (let at = 0; at < 40; at++) {
          await page.mouse.wheel(0, -60);
          await page.waitForTimeout(16);
        }
      }),
      pan_near: await felt(page, pan),
      hover_near: await felt(page, () => glide(8, 3)),
      heap_mb: await heap(page),
    });
    await page.context().close();
  });
}

test("heat map of 1,000 candidates and 2,000 examples", async ({ browser }) => {
  test.setTimeout(300_000);
  const page = await open(browser);
  await page.goto(new URL("/runs/matrix/examples", clade.url).href);
  const map = page.getByRole("application", { name: /Scores of 1,?000 candidates on 2,?000 examples/ });
  await expect(map).toBeVisible({ timeout: 120_000 });
  const box = await map.boundingBox();
  if (!box) throw new Error("there is no map");
  await page.mouse.move(box.x + 300, box.y + 100);
  const wheel = (dx: number, dy: number) => async () => {
    for (let at = 0; at < 150; at++) {
      await page.mouse.wheel(dx, dy);
      await page.waitForTimeout(16);
    }
  };
  keep("heat_map", { scroll_down: await felt(page, wheel(0, 50)), scroll_across: await felt(page, wheel(110, 0)), heap_mb: await heap(page) });
  await page.context().close();
});

/** A run of the demonstration's problems that goes on as long as it is watched: about 500 answers a second. */
async function live(page: Page): Promise<string> {
  const example = (name: string) => readFile(fileURLToPath(new URL(`../../examples/gsm8k/${name}`, import.meta.url)), "utf8");
  const file = (await example("promptclade.yaml"))
    .replace("[simulated:gsm8k]", "[{id: 'simulated:gsm8k', config: {latency_ms: 20}}]\nevaluateOptions: {maxConcurrency: 12}")
    .replace("{calls: 3000, usd: 2.00, minutes: 30}", "{calls: 5000000}")
    .replace("strategy: auto", "strategy: genetic");
  const body = { file, files: { "prompt.txt": await example("prompt.txt"), "data.jsonl": await example("data.jsonl") } };
  return page.evaluate(async (body) => {
    const session = (await (await fetch("/api/v1/session")).json()) as { csrf: string };
    const made = await fetch("/api/v1/workspaces/local/runs", { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": session.csrf }, body: JSON.stringify(body) });
    if (!made.ok) throw new Error(await made.text());
    return ((await made.json()) as { run: string }).run;
  }, body);
}

test(`a live run, watched for ${MINUTES} minutes`, async ({ browser }) => {
  test.setTimeout((MINUTES + 4) * 60_000);
  const page = await open(browser);
  await page.goto(new URL("/account", clade.url).href);
  const run = await live(page);
  await page.goto(new URL(`/runs/${run}/log`, clade.url).href);
  await expect(page.getByRole("log")).toBeVisible();
  // the time between an event, as the server wrote it down, and the frame after the one in which its row stood last in the log
  await page.evaluate(() => {
    const late: number[] = [];
    let last = "";
    const look = () => {
      const rows = document.querySelectorAll("[role=log] [data-index]");
      let newest: Element | undefined, top = -1;
      rows.forEach((row) => {
        const index = Number(row.getAttribute("data-index"));
        if (index > top) [top, newest] = [index, row];
      });
      const seq = newest?.querySelector("span")?.textContent ?? "";
      const at = newest?.querySelector("time")?.dateTime;
      if (at && seq !== last) {
        if (last) requestAnimationFrame(() => late.push(Date.now() - Date.parse(at)));
        last = seq;
      }
      requestAnimationFrame(look);
    };
    Object.assign(window, { late });
    requestAnimationFrame(look);
  });
  const rate = async () => page.evaluate(async (run) => ((await (await fetch(`/api/v1/runs/${run}`)).json()) as { progress: { rate: number } | null; length: number }), run);
  const samples = [];
  const begun = Date.now();
  const from = await rate();
  const seconds = Math.min(60, MINUTES * 30);
  const log = await felt(page, () => page.waitForTimeout(seconds * 1000));
  const to = await rate();
  const late = await page.evaluate(() => (window as unknown as { late: number[] }).late);
  keep("event_to_pixel", { events_per_second: Math.round((to.length - from.length) / seconds), updates: late.length, p50_ms: quantile(late, 0.5), p95_ms: quantile(late, 0.95), p99_ms: quantile(late, 0.99), ...log });

  // the tree grows on while it is looked at
  await page.getByRole("link", { name: "Lineage" }).click();
  await expect(page.getByRole("application")).toBeVisible();
  while (Date.now() - begun < MINUTES * 60_000) {
    await page.waitForTimeout(Math.min(30_000, MINUTES * 6_000));
    const { length } = await rate();
    samples.push({ minute: Math.round((Date.now() - begun) / 6_000) / 10, entries: length, heap_mb: await heap(page) });
    console.error(JSON.stringify(samples.at(-1)));
  }
  const responsive = await felt(page, () => page.waitForTimeout(5_000));
  keep("live_run", { samples, lineage_while_live: responsive });
  await page.getByRole("button", { name: "Pause" }).click();
  await page.context().close();
});
