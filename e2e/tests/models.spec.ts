import { expect, test, type Page } from "@playwright/test";
import { startClade } from "../support/clade.ts";
import { demo, enter, finished } from "../support/runs.ts";
import { watch } from "../support/watch.ts";

test("the search of a run that rests is stopped: it chooses and proves with what it has", async ({ page }) => {
  const clade = await startClade();
  try {
    const seen = watch(page, { origin: clade.url.origin });
    await enter(page, clade);
    const run = await demo(page);
    await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
    await expect(page.getByRole("application")).toHaveAccessibleName(/: \d\d+ candidates/);
    await page.keyboard.press("p");
    await expect(page.getByText("paused", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Stop the search?" });
    await expect(dialog).toContainText("To search on, resume instead");
    await dialog.getByRole("button", { name: "Stop the search" }).click();
    await finished(page);
    await expect(page.getByRole("button", { name: "Stop", exact: true })).toBeHidden();
    await page.goto(new URL(`/runs/${run}/evidence`, clade.url).href);
    await expect(page.getByText("45, each met by both prompts").or(page.getByText("The seed prompt was kept"))).toBeVisible();
    seen.clean();
  } finally {
    await clade.close();
  }
});

test("answers of several task models are held against each other nowhere, and every page says so", async ({ page }) => {
  const clade = await startClade();
  try {
    const seen = watch(page, { origin: clade.url.origin });
    await enter(page, clade);
    const plain = await started(page, "");
    const run = await started(page, "strategy: {name: genetic, population: 4, generations: 4}, models: {generations: [{from: 3, task: {id: 'simulated:gsm8k', label: newer, config: {noise: 0.3}}}]}, ");
    for (const one of [plain, run]) {
      await page.goto(new URL(`/runs/${one}`, clade.url).href);
      await finished(page);
    }
    const [old, fresh] = await page.evaluate(async (run) => {
      const { items } = (await (await fetch(`/api/v1/runs/${run}/candidates?limit=500`)).json()) as { items: { id: string; model: string }[] };
      const by = (newer: boolean) => items.find((one) => (one.model === "newer") === newer && !one.id.endsWith("@c0"))?.id.split("@")[1] ?? "";
      return [by(false), by(true)];
    }, run);
    const why = new RegExp(`Their scores are of different models and not paired: .*${old} by simulated:gsm8k`);

    await page.goto(new URL(`/runs/${run}/candidates?a=${fresh}&b=${old}`, clade.url).href);
    await expect(page.getByRole("region", { name: `${old} against ${fresh}` })).toContainText(why);
    await page.goto(new URL(`/runs/${run}?node=${old}&against=${fresh}`, clade.url).href);
    await expect(page.getByRole("complementary", { name: `Candidate ${old}` })).toContainText(why);
    await page.goto(new URL(`/runs/${run}/evidence`, clade.url).href);
    await expect(page.getByText("newer, the last of 2 task models: simulated:gsm8k, then newer")).toBeVisible();
    await page.goto(new URL(`/runs/${run}/fitness`, clade.url).href);
    await expect(page.getByText("Several task models answered: simulated:gsm8k, then newer")).toBeVisible();
    await page.goto(new URL(`/w/local/compare?runs=${plain},${run}`, clade.url).href);
    await expect(page.getByRole("list", { name: "What to know before comparing" })).toContainText(`${plain}: simulated:gsm8k; ${run}: newer`);
    await expect(page.getByText(/cannot be paired: other task models answered/)).toBeVisible();
    await expect(page.getByRole("columnheader", { name: "p, Holm" })).toHaveCount(0);
    seen.clean();
  } finally {
    await clade.close();
  }
});

/** Starts a search with these settings and gives its id. */
async function started(page: Page, settings: string): Promise<string> {
  const data = Array.from({ length: 60 }, (_, at) => JSON.stringify({ vars: { question: `A shelf has ${at + 3} books and ${2 * at} more come. How many books are there?`, answer: String(3 * at + 3) } })).join("\n");
  const file = `prompts: [file://prompt.txt]\nproviders: [simulated:gsm8k]\ntests: file://data.jsonl\ndefaultTest: {assert: [{type: numeric, value: '{{answer}}', metric: accuracy}]}\noptimize: {budget: {calls: ${settings ? 1200 : 300}}, ${settings}seed: 3}\n`;
  return page.evaluate(async (body) => {
    const session = (await (await fetch("/api/v1/session")).json()) as { csrf: string };
    const made = await fetch("/api/v1/workspaces/local/runs", { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": session.csrf }, body });
    if (!made.ok) throw new Error(await made.text());
    return ((await made.json()) as { run: string }).run;
  }, JSON.stringify({ file, files: { "prompt.txt": "Answer: {{question}}", "data.jsonl": data } }));
}
