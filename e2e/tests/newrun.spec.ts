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

    // the run file names the data set instead of holding a copy
    await expect(page.getByText("sums, newest version, of this workspace: jsonl, 60 examples")).toBeVisible();
    const file = page.getByRole("textbox", { name: "Run file" });
    await expect(file).toHaveValue(/tests: library:\/\/sums/);
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
    // Enter begins the next line of what is frozen
    const frozen = page.getByRole("textbox", { name: "Frozen text" });
    await frozen.pressSequentially("{{question}}\nWhat");
    await expect(frozen).toHaveValue("{{question}}\nWhat");
    await frozen.fill("");
    // the check is tried on one example before anything is started
    await page.getByText("Try the check on one example").click();
    await page.getByRole("spinbutton", { name: "Example" }).fill("3");
    await page.getByRole("textbox", { name: "Answer" }).fill("It is 8.");
    await page.getByRole("button", { name: "Judge it" }).click();
    const verdict = page.getByRole("region", { name: "Verdict" });
    await expect(verdict).toContainText("fails");
    await page.getByRole("textbox", { name: "Answer" }).fill("It is 7.");
    await page.getByRole("button", { name: "Judge it" }).click();
    await expect(verdict).toContainText("1.00");
    await page.getByRole("button", { name: "Ask simulated:rough" }).click();
    await expect(page.getByText("It cost $0.00")).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Answer" })).not.toHaveValue("It is 7.");
    await page.getByRole("button", { name: "Check and estimate" }).click();
    const estimate = page.getByRole("region", { name: "Estimate" });
    await expect(estimate).toContainText("Ready.");
    // what there is to gain is bought, at the price on the button, before the search is
    await estimate.getByRole("button", { name: /Check the headroom: 48 calls, \$0/ }).click();
    await expect(estimate).toContainText(/scores .* on 24 examples: at most/, { timeout: 60_000 });
    await expect(estimate).toContainText("No validation or test example was met.");
    await page.getByRole("button", { name: "Start afresh" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await expect(file).toHaveValue(/strategy: random/);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.waitForURL(/\/runs\//);
    await finished(page);
    await expect(page.getByRole("heading", { level: 1 })).toContainText("<img src=x");
    expect(await page.title()).not.toBe("broken");
    await page.getByRole("link", { name: "Candidates", exact: true }).click();
    await expect(page.getByRole("table")).toContainText("c0");
    await page.getByRole("link", { name: "Datasets" }).click();
    await page.getByRole("link", { name: /sums/ }).click();
    await page.getByText("Where it is used").click();
    await expect(page.getByRole("table", { name: "Where it is used" })).toContainText("version 1");
    seen.clean();
  } finally {
    await clade.close();
  }
});

test("columns of other names are mapped, duplicates and leakage are shown, and a run is found where its prompt is kept", async ({ page }) => {
  const clade = await startClade();
  try {
    const seen = watch(page, { origin: clade.url.origin });
    await enter(page, clade);
    await page.getByRole("link", { name: "Datasets" }).click();
    await page.getByRole("button", { name: "Add a dataset" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("twins");
    await page.getByRole("textbox", { name: /Examples/ }).fill("task,solution,__split\nOne and one?,2,train\none and ONE,2,test\nTwo and two?,4,train\nTwo and two?,4,train\n");
    const faults = page.getByRole("dialog").getByRole("region", { name: "Duplicates and leakage" });
    await expect(faults).toContainText("1 duplicate of 1 example");
    await expect(faults).toContainText("Leakage: 1 example in more than one split");
    await faults.getByText("Leakage").click();
    await expect(faults).toContainText("examples 1, 2 (test and train)");
    await page.getByRole("button", { name: "Keep it" }).click();
    await expect(page.getByRole("region", { name: "Duplicates and leakage" })).toContainText("3 train, 1 test");

    await page.getByRole("link", { name: "Prompts" }).click();
    await page.getByRole("button", { name: "Add a prompt" }).click();
    await page.getByRole("textbox", { name: "Name" }).fill("sums");
    await page.getByRole("textbox", { name: "Text" }).fill("Reckon: {{question}}");
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("link", { name: "New run from it" }).click();
    await expect(page.getByRole("textbox", { name: "prompt.txt" })).toHaveValue("Reckon: {{question}}");
    await page.getByRole("textbox", { name: /One JSON object a line/ }).fill(rows.replaceAll("question", "task").replaceAll("answer", "solution"));
    await page.getByRole("combobox", { name: /question.* is/ }).selectOption("task");
    await page.getByRole("combobox", { name: /answer.* is/ }).selectOption("solution");
    await page.getByRole("button", { name: "Rename the columns" }).click();
    await expect(page.getByRole("group", { name: "Which columns are meant?" })).toHaveCount(0);
    await expect(page.getByRole("columnheader", { name: "question" })).toBeVisible();
    await page.getByRole("spinbutton", { name: "Calls" }).fill("400");
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.waitForURL(/\/runs\//);
    await finished(page);

    await page.getByRole("link", { name: "Prompts" }).click();
    await page.getByRole("link", { name: /sums/ }).click();
    await page.getByText("Where it is used").click();
    await expect(page.getByRole("table", { name: "Where it is used" })).toContainText("same text as this version");
    await page.getByRole("link", { name: "Runs", exact: true }).click();
    await expect(page.getByRole("img", { name: /Best on train: from/ })).toBeVisible();
    await expect(page.getByRole("row").nth(1)).toContainText(/ % of /);
    seen.clean();
  } finally {
    await clade.close();
  }
});

test("a run file that names a file which is not here says what to do, and what is pasted takes its place", async ({ page }) => {
  const clade = await startClade();
  try {
    const seen = watch(page, { origin: clade.url.origin, allow: [/status of 422/] });
    await enter(page, clade);
    await page.getByRole("link", { name: "New run" }).click();
    const file = page.getByRole("textbox", { name: "Run file" });
    await file.fill((await file.inputValue()).replace("file://data.jsonl", "file://more/sums.jsonl"));
    await expect(page.getByText("The run file takes its examples from more/sums.jsonl, which is not here: paste some here, choose a file, or a dataset of the workspace.")).toBeVisible();
    await page.getByRole("button", { name: "Check and estimate" }).click();
    const alert = page.getByRole("alert");
    await expect(alert).toContainText("there is no file `more/sums.jsonl`");
    await expect(alert).toContainText("Paste the examples under Examples, choose a file there, or take a dataset of the workspace");
    await page.getByRole("textbox", { name: /One JSON object a line/ }).fill(rows);
    await expect(file).toHaveValue(/tests: file:\/\/data\.jsonl/);
    await page.getByRole("button", { name: "Check and estimate" }).click();
    await expect(page.getByRole("region", { name: "Estimate" })).toContainText("Ready.");
    seen.clean();
  } finally {
    await clade.close();
  }
});
