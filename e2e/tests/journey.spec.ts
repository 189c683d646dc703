import { expect, test } from "@playwright/test";
import { readFile } from "node:fs/promises";
import { startClade } from "../support/clade.ts";
import { demo, enter, finished } from "../support/runs.ts";
import { watch } from "../support/watch.ts";

test("demo, live lineage, pause, crash, resume, evidence, branch, compare, export and import", async ({ page, context }) => {
  const clade = await startClade();
  const other = await startClade();
  try {
    // while the server is down requests fail; the browser logs that by itself
    const seen = watch(page, { origin: clade.url.origin, allow: [/ERR_CONNECTION|ERR_EMPTY_RESPONSE|Failed to load resource|ERR_INCOMPLETE_CHUNKED|ERR_SOCKET/] });
    await enter(page, clade);
    await expect(page.getByRole("heading", { name: "No runs yet" })).toBeVisible();

    const run = await demo(page);
    const plate = page.getByRole("application");
    await expect(plate).toHaveAccessibleName(/Descent of .*: \d+ candidates/);
    const size = async () => Number(/: (\d+) candidates/.exec((await plate.getAttribute("aria-label")) ?? "")?.[1]);
    const first = await size();
    await expect.poll(size, { message: "the tree grows live" }).toBeGreaterThan(first);

    await expect(page.getByRole("button", { name: "Pause" })).toBeVisible();
    await page.keyboard.press("p");
    await expect(page.getByText("paused", { exact: true })).toBeVisible();
    await page.evaluate(() => document.body.setAttribute("data-same", ""));
    await clade.kill();
    await page.getByRole("link", { name: "Log" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "The server does not answer" })).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main" })).toBeVisible();
    await clade.restart();
    await expect(page.getByText("The server does not answer")).toBeHidden({ timeout: 60_000 });
    // the page that was asked for meanwhile is read now, and nothing was loaded anew for it
    await expect(page.getByText(/entries$/)).toBeVisible();
    await expect(page.locator("body[data-same]")).toBeVisible();
    // a paused run shows the limits in force, so that changing one lifts no other
    await page.getByRole("button", { name: "Budget" }).click();
    const budget = page.getByRole("dialog", { name: "Budget" });
    await expect(budget.getByRole("spinbutton", { name: "Calls" })).toHaveValue("3000");
    await expect(budget.getByRole("spinbutton", { name: "Minutes" })).toHaveValue("30");
    await budget.getByRole("button", { name: "Cancel" }).click();
    // what rests says on how many examples its figures rest, and how the two compare where both met the same
    const figures = page.getByRole("term").filter({ hasText: /^Best$/ }).locator("..");
    await expect(figures).toContainText(/\d\.\d\d (±|\().* n \d+/);
    await expect(page.getByText(/that both met, not yet tested|the seed leads so far/)).toBeVisible();
    // who is pinned stays marked
    await page.goto(new URL(`/runs/${run}?node=c1`, clade.url).href);
    await page.getByRole("button", { name: "Pin", exact: true }).click();
    await expect(page.getByRole("button", { name: "Unpin" })).toBeVisible();
    await page.reload();
    await page.getByRole("button", { name: "Unpin" }).click();
    await expect(page.getByRole("button", { name: "Pin", exact: true })).toBeVisible();
    await page.getByRole("button", { name: "Close the panel" }).click();
    await page.getByRole("button", { name: "Resume" }).click();
    await finished(page);

    await page.getByRole("link", { name: "Evidence" }).click();
    await expect(page.getByRole("heading", { name: /Better, and shown to be|No improvement shown/ })).toBeVisible();
    await expect(page.getByText(/45, each met by both prompts/)).toBeVisible();

    // the best prompt, found and branched from with the keyboard alone
    await page.getByRole("link", { name: "Lineage" }).click();
    await plate.focus();
    await page.keyboard.press("b");
    const panel = page.getByRole("complementary", { name: /Candidate c\d+/ });
    await expect(panel).toBeVisible();
    await expect(panel.getByText("{{question}}").first()).toBeVisible();
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("b");
    // the panel is one step of the history, however many candidates were looked at in it; closed by its cross, what was coloured meanwhile stays
    await page.getByRole("combobox", { name: "Colour" }).selectOption("operator");
    await expect(page.getByLabel("Legend")).toContainText("reflect");
    await page.goBack();
    await expect(panel).toBeHidden();
    await expect(plate).toBeVisible();
    await plate.focus();
    await page.keyboard.press("b");
    await page.getByRole("combobox", { name: "Colour" }).selectOption("model");
    await panel.getByRole("button", { name: "Close the panel" }).click();
    await expect(panel).toBeHidden();
    await expect(page).toHaveURL(/color=model/);
    // any candidate is held against any other
    await plate.focus();
    await page.keyboard.press("b");
    await panel.getByRole("button", { name: "Hold for diffs" }).click();
    await page.keyboard.press("Tab");
    await plate.focus();
    await page.keyboard.press("ArrowLeft");
    await expect(panel.getByRole("combobox", { name: "Prompt shown" })).toHaveValue(/^c\d+$/);
    await page.keyboard.press("b");
    const [plateFile] = await Promise.all([page.waitForEvent("download"), page.getByRole("combobox", { name: "Save the plate" }).selectOption("svg")]);
    const drawn = await readFile(await plateFile.path(), "utf8");
    expect(drawn).toContain("Plate.");
    expect(drawn).toContain("line of descent");
    const [pngFile] = await Promise.all([page.waitForEvent("download"), page.getByRole("combobox", { name: "Save the plate" }).selectOption("png")]);
    expect((await readFile(await pngFile.path())).subarray(1, 4).toString()).toBe("PNG");
    await panel.getByRole("button", { name: "Branch from here" }).click();
    const dialog = page.getByRole("dialog", { name: /Branch from c\d+/ });
    const prompt = dialog.getByRole("textbox", { name: /Prompt: user/ });
    await prompt.fill(`Stay calm.\n${await prompt.inputValue()}`);
    await dialog.getByRole("spinbutton", { name: "Calls" }).fill("400");
    await dialog.getByRole("button", { name: "Start the branch" }).click();
    await page.waitForURL((url) => url.pathname.startsWith("/runs/") && !url.pathname.includes(run));
    const branch = new URL(page.url()).pathname.split("/")[2] ?? "";
    await expect(page.getByText("branch of")).toBeVisible();
    await finished(page);

    await page.getByRole("link", { name: "Branches" }).click();
    await expect(page.getByRole("link", { name: new RegExp(`^c\\d+ of ${run}$`) })).toBeVisible();
    for (const box of await page.getByRole("checkbox").all()) await box.check();
    await page.getByRole("link", { name: "Compare 2 runs" }).click();
    await expect(page.getByRole("heading", { name: "Comparison of 2 runs" })).toBeVisible();
    await expect(page.getByText(branch).first()).toBeVisible();

    await page.goto(new URL(`/runs/${run}`, clade.url).href);
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "The whole run" }).click()]);
    const bundle = await readFile(await download.path());
    expect(bundle.length).toBeGreaterThan(10_000);

    const second = await context.newPage();
    const seenThere = watch(second, { origin: other.url.origin, allow: [/status of 409/] });
    await enter(second, other);
    const data = await second.evaluateHandle(
      ({ text }) => {
        const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([bytes], "run.clade.tar.zst"));
        return transfer;
      },
      { text: bundle.toString("base64") },
    );
    await second.getByRole("heading", { name: "No runs yet" }).dispatchEvent("drop", { dataTransfer: data });
    await second.waitForURL(new RegExp(`/runs/${run}`));
    await expect(second.getByRole("application")).toHaveAccessibleName(/\d+ candidates/);
    // the same bundle again: the run that is there is offered, and another id
    await second.getByRole("link", { name: "Promptclade" }).click();
    await second.getByRole("heading", { name: "Runs", exact: true }).dispatchEvent("drop", { dataTransfer: data });
    const clash = second.getByRole("dialog", { name: `Run ${run} is here already` });
    await clash.getByRole("textbox", { name: "Id" }).fill("beside-it");
    await clash.getByRole("button", { name: "Import beside it" }).click();
    await second.waitForURL(/\/runs\/beside-it/);
    // b goes to the best from anywhere on the page, and the arrows walk on from there
    await second.getByRole("application").waitFor();
    await second.keyboard.press("b");
    await expect(second.getByRole("complementary", { name: /^Candidate c/ })).toBeVisible();
    await expect(second.getByRole("application")).toBeFocused();
    seenThere.clean();
    seen.clean();
  } finally {
    await clade.close();
    await other.close();
  }
});
