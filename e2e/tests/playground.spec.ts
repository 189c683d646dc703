import { expect, test } from "@playwright/test";
import { startClade } from "../support/clade.ts";
import { enter } from "../support/runs.ts";
import { watch } from "../support/watch.ts";

test("a prompt is tried with two models, and kept as a prompt and as an example", async ({ page }) => {
  const clade = await startClade();
  try {
    const seen = watch(page, { origin: clade.url.origin });
    await enter(page, clade);
    await page.getByRole("link", { name: "Playground" }).click();
    await page.getByRole("textbox", { name: "User" }).fill("Solve it and end with the number.\n{{question}}");
    await page.getByRole("textbox", { name: "question", exact: true }).fill("What is 31 plus 62?");
    await page.getByRole("textbox", { name: "Right answer" }).fill("93");
    await page.keyboard.press("Control+Enter");
    for (const model of ["simulated:rough", "simulated:gentle"]) {
      const answer = page.getByRole("region", { name: `Answer of ${model}` });
      await expect(answer.locator("pre")).not.toBeEmpty();
      await expect(answer.getByText(/\d+ \+ \d+ tokens/)).toBeVisible();
    }
    // what was typed is there after a reload, a model that is none says so beside the others
    await page.reload();
    await expect(page.getByRole("textbox", { name: "question", exact: true })).toHaveValue("What is 31 plus 62?");
    await page.getByRole("button", { name: "Another model" }).click();
    await page.getByRole("combobox", { name: "Model 3" }).fill("nobody:knows");
    await page.getByRole("button", { name: "Ask 3 models" }).click();
    await expect(page.getByRole("region", { name: "Answer of nobody:knows" }).getByRole("alert")).toContainText("nobody");
    await expect(page.getByRole("region", { name: "Answer of simulated:rough" }).locator("pre")).not.toBeEmpty();

    await page.getByRole("button", { name: "Keep as an example" }).click();
    await page.getByRole("textbox", { name: "Name of the data set" }).fill("sums");
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: "Keep the prompt" }).click();
    await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("solver");
    await page.getByRole("button", { name: "Keep it" }).click();
    // a search that goes on takes the prompt as a candidate
    const run = await page.evaluate(async () => {
      const session = (await (await fetch("/api/v1/session")).json()) as { csrf: string };
      const data = Array.from({ length: 30 }, (_, at) => JSON.stringify({ question: `What is ${at} plus ${at}?`, answer: String(2 * at) })).join("\n");
      const file = "prompts: [file://p.txt]\nproviders: [{id: 'simulated:gentle', config: {latency_ms: 100}}]\nevaluateOptions: {maxConcurrency: 4}\ntests: file://d.jsonl\ndefaultTest: {assert: [{type: numeric, value: '{{answer}}', metric: right}]}\noptimize: {budget: {calls: 3000}, seed: 1}\n";
      const made = await fetch("/api/v1/workspaces/local/runs", { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": session.csrf }, body: JSON.stringify({ file, files: { "p.txt": "Answer: {{question}}", "d.jsonl": data }}) });
      return ((await made.json()) as { run: string }).run;
    });
    await page.getByRole("button", { name: "Keep as a candidate" }).click();
    await expect(page.getByText("It is evaluated on a sample")).toBeVisible();
    await page.getByRole("button", { name: "Add the candidate" }).click();
    await page.waitForURL(new RegExp(`/runs/${run}`));
    await page.getByRole("link", { name: "Candidates" }).click();
    await expect(page.getByText("from the playground").first()).toBeVisible();

    await page.getByRole("link", { name: "Datasets" }).click();
    await page.getByRole("link", { name: /sums/ }).first().click();
    await expect(page.getByRole("cell", { name: "What is 31 plus 62?" })).toBeVisible();
    await page.getByRole("link", { name: "Prompts" }).click();
    await expect(page.getByText("solver").first()).toBeVisible();
    seen.clean();
  } finally {
    await clade.close();
  }
});
