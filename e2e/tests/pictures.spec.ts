import { expect, test, type Page } from "@playwright/test";
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
  const branch = await branchOf(page, run);
  await branchOf(page, branch);
  await page.goto(new URL(`/runs/${run}`, clade.url).href);
  await branchOf(page, run);
  await page.goto(new URL(`/runs/${run}`, clade.url).href);
  await page.getByRole("button", { name: "Snapshot" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill("as-delivered");
  await page.getByRole("button", { name: "Take a snapshot" }).click();
  await expect(page.getByRole("dialog").getByText("as-delivered")).toBeVisible();
  await keep(page, "prompt", "gsm8k", ["Solve the problem.\n\nProblem: {{question}}", "Solve the problem step by step. End with one line that holds only the final answer.\n\nProblem: {{question}}"]);
  await keep(page, "dataset", "sums", [Array.from({ length: 40 }, (_, at) => JSON.stringify({ question: `What is ${at} and ${at % 7}?`, answer: String(at + (at % 7)) })).join("\n")]);
  const state = await page.context().storageState();
  for (const theme of ["light", "dark"] as const) {
    const context = await browser.newContext({ storageState: state, colorScheme: theme, reducedMotion: "reduce", viewport: { width: 1280, height: 720 } });
    const shown = await context.newPage();
    for (const [name, path, ready] of pages.map((one) => FULL[one[0]] ?? one)) {
      await shown.goto(new URL(path.replace("RUN,RUN", `${run},${branch}`).replaceAll("RUN", run), clade.url).href);
      await expect(shown.getByText(ready).first()).toBeVisible();
      if (name === "playground") await ask(shown);
      if (name === "runs") await expect(shown.getByRole("img", { name: /Best on train/ })).toHaveCount(4);
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

/** Pages that are empty at first, as they are with something in them. */
const FULL: Record<string, (typeof pages)[number]> = {
  prompts: ["prompts", "/w/local/prompts?name=gsm8k&version=2&against=1", "step by step"],
  datasets: ["datasets", "/w/local/datasets?name=sums", "jsonl, 40 examples"],
};

/** Keeps versions of a prompt or data set in the workspace. */
async function keep(page: Page, kind: string, name: string, texts: string[]): Promise<void> {
  await page.evaluate(
    async ({ kind, name, texts }) => {
      const session = (await (await fetch("/api/v1/session")).json()) as { csrf: string };
      for (const text of texts) {
        const kept = await fetch(`/api/v1/workspaces/local/library/${kind}`, { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": session.csrf }, body: JSON.stringify({ name, text, note: "" }) });
        if (!kept.ok) throw new Error(await kept.text());
      }
    },
    { kind, name, texts },
  );
}

/** A branch of the run that is shown, when it is over. */
async function branchOf(page: Page, run: string): Promise<string> {
  await page.getByRole("button", { name: "Branch", exact: true }).click();
  await page.getByRole("dialog").getByRole("spinbutton", { name: "Calls" }).fill("600");
  await page.getByRole("button", { name: "Start the branch" }).click();
  await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.includes(run));
  await finished(page);
  return new URL(page.url()).pathname.split("/")[2] ?? "";
}

/** Tries a prompt out. */
async function ask(page: Page): Promise<void> {
  await page.getByRole("textbox", { name: "User" }).fill("Solve the problem step by step. Give the last line as #### and the number.\n\nProblem: {{question}}");
  await page.getByRole("textbox", { name: "question", exact: true }).fill("A baker sells 31 rolls in the morning and 62 in the afternoon. How many does she sell?");
  await page.getByRole("textbox", { name: "Right answer" }).fill("93");
  await page.getByRole("combobox", { name: "Model 2" }).fill("simulated:gsm8k");
  await page.keyboard.press("Control+Enter");
  await expect(page.getByRole("region", { name: /Answer of/ }).first()).toBeVisible();
}
