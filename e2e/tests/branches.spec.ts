import { expect, test } from "@playwright/test";
import { startClade } from "../support/clade.ts";
import { demo, enter, finished } from "../support/runs.ts";
import { watch } from "../support/watch.ts";

test("a snapshot is restored as a branch, two runs are compared, a run is cloned, and a deleted one comes back", async ({ page }) => {
  test.setTimeout(300_000);
  const clade = await startClade();
  try {
    const seen = watch(page, { origin: clade.url.origin });
    await enter(page, clade);
    const run = await demo(page);
    await finished(page);
    await page.getByRole("button", { name: "Snapshot" }).click();
    const dialog = page.getByRole("dialog", { name: "Snapshots" });
    await dialog.getByRole("textbox").fill("before-lunch");
    await dialog.getByRole("button", { name: "Take a snapshot" }).click();
    await expect(dialog.getByText("before-lunch")).toBeVisible();
    await dialog.getByRole("button", { name: "Close" }).click();

    await page.getByRole("link", { name: "Branches" }).click();
    await page.getByRole("button", { name: /Restore snapshot before-lunch/ }).click();
    const restore = page.getByRole("dialog", { name: "Restore snapshot before-lunch" });
    await expect(restore.getByRole("combobox", { name: "Start from" })).toHaveValue("before-lunch");
    // the limits of the run stand there, so that setting one lifts no other
    await expect(restore.getByRole("spinbutton", { name: "Minutes" })).toHaveValue("30");
    await restore.getByRole("spinbutton", { name: "Calls" }).fill("300");
    await restore.getByRole("button", { name: "Start the branch" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.includes(run));
    await finished(page);

    // where it came from is a link to the candidate, and its lineage with the run that it left is replayed in the order of time
    const origin = page.getByRole("link", { name: new RegExp(`^c\\d+ of ${run}$`) });
    await expect(page.locator("header").getByText("branch of").getByRole("link")).toHaveAttribute("href", new RegExp(`/runs/${run}\\?node=c\\d+`));
    await page.getByRole("checkbox", { name: "branches" }).check();
    const slider = page.getByRole("slider", { name: "Moment of the run" });
    await expect(slider).toHaveAttribute("aria-valuetext", /^(\d+) of \1 candidates$/);
    await slider.fill("1");
    await expect(slider).toHaveAttribute("aria-valuetext", /^1 of/);

    // what rows show stands in them: no list asks about each of its runs
    const asked: string[] = [];
    page.on("request", (request) => void (/\/runs\/[^/]+\/(report|spec|lineage|candidates|curve)/.test(request.url()) && asked.push(request.url())));
    await page.getByRole("link", { name: "Runs", exact: true }).click();
    await expect(page.getByRole("img", { name: /Best on train/ })).toHaveCount(2);
    // rows that come on screen together ask together
    const curves: string[] = [];
    page.on("request", (request) => void (request.url().includes("/curves?") && curves.push(request.url())));
    await page.reload();
    await expect(page.getByRole("img", { name: /Best on train/ })).toHaveCount(2);
    expect(curves.map((url) => new URL(url).searchParams.get("runs")?.split(",").length), "one request for the curves of both rows").toEqual([2]);
    await expect(page.getByRole("row").filter({ hasText: run }).first()).toContainText(/0\.\d\d–\d\.\d\d.* % of /);
    await expect(origin).toBeVisible();
    await page.getByRole("link", { name: "Branches" }).click();
    await expect(origin).toBeVisible();
    await expect(page.getByRole("row").filter({ hasText: run }).first()).toContainText(/0\.\d\d–\d\.\d\d/);
    await page.waitForLoadState("networkidle");
    expect(asked).toEqual([]);
    for (const box of await page.getByRole("checkbox").all()) await box.check();
    await page.getByRole("link", { name: "Compare 2 runs" }).click();
    await expect(page.getByRole("heading", { name: "Comparison of 2 runs" })).toBeVisible();
    // the branch had a smaller budget: that is said; data and checks are the same, so of them nothing is said
    const notes = page.getByRole("list", { name: "What to know before comparing" });
    await expect(notes).toContainText("The budgets differ");
    await expect(notes).not.toContainText("data differ");
    // what each had reached for the same money has its interval and says how many examples it rests on
    await expect(page.getByText("Once each had spent").locator("..")).toContainText(/(0\.\d\d|1\.00) (±|\().* n \d+/);
    const add = page.getByRole("combobox", { name: /Add a candidate of/ });
    await add.first().selectOption({ index: 1 });
    await add.last().selectOption({ index: 1 });
    const side = page.getByRole("table", { name: "Candidates side by side" });
    await expect(side.getByRole("row")).toHaveCount(3);
    await expect(page).toHaveURL(/candidates=/);
    await side.getByRole("button", { name: /^Take .* out/ }).first().click();
    await expect(side.getByRole("row")).toHaveCount(2);

    await page.getByRole("link", { name: "Branches" }).click();
    await page.getByRole("row").filter({ hasText: run }).getByRole("button", { name: "Clone" }).first().click();
    await page.getByRole("button", { name: "Clone, paused" }).click();
    // one stays where one is, and the notice leads to the clone
    await page.getByRole("status").getByRole("link", { name: "Open it" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/runs/"));
    const clone = new URL(page.url()).pathname.split("/")[2] ?? "";
    expect(clone).not.toBe(run);
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete the run" }).click();
    await page.waitForURL(/\/w\/local/);
    await page.getByRole("link", { name: "Branches" }).click();
    await page.getByRole("button", { name: /Restore run/ }).click();
    await expect(page.getByRole("heading", { name: "Deleted runs" })).toHaveCount(0);
    await expect(page.getByText(clone).first()).toBeVisible();
    seen.clean();
  } finally {
    await clade.close();
  }
});
