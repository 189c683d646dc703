import { expect, test } from "@playwright/test";
import { startClade } from "../support/clade.ts";
import { enter, finished } from "../support/runs.ts";
import { watch } from "../support/watch.ts";

const rows = Array.from({ length: 60 }, (_, at) => JSON.stringify({ question: `What is ${at} and ${at + 1}?`, answer: String(2 * at + 1) })).join("\n");
const hostile = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script> \u202eright to left\u202c שלום`;

test("a dataset is kept, a run file is checked, mended and started, and hostile text stays text", async ({ page }) => {
  const clade = await startClade();
  try {
    const seen = watch(page, { origin: clade.url.origin, allow: [/status of 422/] });
    await enter(page, clade);
    await page.getByRole("link", { name: "Datasets" }).click();
    await page.getByRole("button", { name: "Add a dataset" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("sums");
    await page.getByRole("textbox", { name: /Examples/ }).fill(rows);
    await page.getByRole("button", { name: "Keep it" }).click();
    await expect(page.getByText("jsonl, 60 examples")).toBeVisible();
    await page.getByRole("link", { name: "New run from it" }).click();

    await expect(page.getByText("jsonl, 60 examples")).toBeVisible();
    const file = page.getByRole("textbox", { name: "Run file" });
    await page.getByRole("textbox", { name: "Description" }).fill(hostile);
    await expect(file).toHaveValue(/onerror/);
    // a wrong key is told with its line and what to do
    await file.fill((await file.inputValue()).replace("strategy: auto", "stratgy: auto"));
    await page.getByRole("button", { name: "Check and estimate" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await expect(page.getByText(/stratgy/).first()).toBeVisible();
    await file.fill((await file.inputValue()).replace("stratgy: auto", "strategy: auto"));
    await page.getByRole("combobox", { name: "Strategy" }).selectOption("random");
    await expect(file).toHaveValue(/strategy: random/);
    await page.getByRole("spinbutton", { name: "Calls" }).fill("600");
    await expect(file).toHaveValue(/calls: 600/);
    await page.getByRole("button", { name: "Check and estimate" }).click();
    await expect(page.getByRole("region", { name: "Estimate" })).toContainText("Ready.");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.waitForURL(/\/runs\//);
    await finished(page);
    await expect(page.getByRole("heading", { level: 1 })).toContainText("<img src=x");
    expect(await page.title()).not.toBe("broken");
    await page.getByRole("link", { name: "Candidates", exact: true }).click();
    await expect(page.getByRole("table")).toContainText("c0");
    seen.clean();
  } finally {
    await clade.close();
  }
});
