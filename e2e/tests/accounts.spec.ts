import { expect, test, type Page } from "@playwright/test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faults } from "../support/axe.ts";
import { run, startClade } from "../support/clade.ts";
import { startTeam } from "../support/team.ts";
import { watch } from "../support/watch.ts";

const password = "correct horse battery staple";

test("first admin, workspace, invitation; a viewer sees no control and the server refuses; an ended session stays on the page", async ({ page, browser }) => {
  const data = await mkdtemp(join(tmpdir(), "clade-e2e-"));
  await run(["--data-dir", data, "user", "add", "ada", "--admin"], { CLADE_PASSWORD: password });
  const clade = await startClade({ data });
  try {
    const seen = watch(page, { origin: clade.url.origin, allow: [/status of 40[13]/] });
    await page.goto(clade.url.href);
    await page.getByRole("textbox", { name: "Login" }).fill("ada");
    await page.getByLabel("Password").fill("wrong password, surely");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("link", { name: "Promptclade" })).toBeVisible();

    await page.goto(new URL("/people", clade.url).href);
    await page.getByRole("textbox", { name: "Id" }).fill("research");
    await page.locator("section", { hasText: "A new workspace" }).getByRole("textbox", { name: "Name" }).fill("Research");
    await page.getByRole("button", { name: "Add the workspace" }).click();
    await expect(page.getByText("you are its admin")).toBeVisible();

    await page.goto(new URL("/w/research/settings?section=members", clade.url).href);
    await page.getByRole("combobox", { name: "Role", exact: true }).selectOption("viewer");
    await page.getByRole("button", { name: "Make an invitation" }).click();
    const link = (await page.getByText(/\/join#/).textContent()) ?? "";

    const context = await browser.newContext();
    const guest = await context.newPage();
    const seenGuest = watch(guest, { origin: clade.url.origin, allow: [/status of 403/] });
    await guest.goto(new URL(new URL(link).pathname + new URL(link).hash, clade.url).href);
    await expect(guest.getByText("You are invited to")).toContainText("Research");
    await guest.getByRole("textbox", { name: "Login" }).fill("grace");
    await guest.getByLabel("Password").fill(password);
    await guest.getByRole("button", { name: "Join" }).click();
    await expect(guest.getByRole("heading", { name: "No runs yet" })).toBeVisible();
    await expect(guest.getByRole("link", { name: "New run" })).toHaveCount(0);
    await expect(guest.getByRole("button", { name: "Try the demo" })).toHaveCount(0);
    await guest.goto(new URL("/w/research/new", clade.url).href);
    await expect(guest.getByRole("heading", { name: "No runs to start here" })).toBeVisible();
    await expect(guest.getByRole("button", { name: "Start", exact: true })).toHaveCount(0);
    const forced = await guest.evaluate(async () => {
      const session = (await (await fetch("/api/v1/session")).json()) as { csrf: string };
      return (await fetch("/api/v1/workspaces/research/runs/demo", { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": session.csrf }, body: "{}" })).status;
    });
    expect(forced).toBe(403);
    seenGuest.clean();
    await context.close();

    await page.reload();
    await expect(page.getByRole("cell", { name: "grace" }).first()).toBeVisible();
    // the session ends elsewhere: the page stays, and goes on after signing in again
    await page.getByRole("link", { name: "Budget", exact: true }).click();
    await page.getByRole("spinbutton", { name: "US dollars" }).fill("12.5");
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Set the budget" }).click();
    const dialog = page.getByRole("dialog", { name: "Your session ended" });
    await dialog.getByLabel("Password").fill(password);
    await dialog.getByRole("button", { name: "Sign in" }).click();
    await expect(dialog).toBeHidden();
    await expect(page.getByRole("spinbutton", { name: "US dollars" })).toHaveValue("12.5");
    await page.getByRole("button", { name: "Set the budget" }).click();
    await expect(page.getByText("The budget is set.")).toBeVisible();
    seen.clean();
  } finally {
    await clade.close();
    await rm(data, { recursive: true, force: true });
  }
});

test("a webhook is added, tested, its deliveries are looked at, and it is removed", async ({ page }) => {
  const clade = await startClade();
  try {
    const seen = watch(page, { origin: clade.url.origin });
    await page.goto(clade.start?.href ?? clade.url.href);
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByRole("link", { name: "Webhooks" }).click();
    // a name that no resolver knows: what is sent there is tried, and that it failed is told
    await page.getByRole("textbox", { name: "Address" }).fill("https://hooks.example.invalid/promptclade");
    await page.getByRole("checkbox", { name: "run.paused" }).check();
    await page.getByRole("button", { name: "Add the webhook" }).click();
    await expect(page.getByText("Its secret is shown this once")).toBeVisible();
    await page.getByRole("button", { name: "Test" }).click();
    const deliveries = page.getByRole("table", { name: "Deliveries" });
    await expect(deliveries.getByRole("row").nth(1)).toContainText("ping");
    await expect(deliveries.getByRole("row").nth(1)).toContainText(/1 try/, { timeout: 30_000 });
    await deliveries.getByText("show").click();
    await expect(deliveries).toContainText('"ping"');
    await page.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove it" }).click();
    await expect(page.getByText("None yet.")).toBeVisible();
    seen.clean();
  } finally {
    await clade.close();
  }
});

test("the link of a server without accounts opens again where the browser was let in, and elsewhere the page says how to get in", async ({ page, browser }) => {
  const clade = await startClade();
  try {
    const link = clade.start?.href ?? clade.url.href;
    await page.goto(link);
    await expect(page.getByRole("heading", { name: "No runs yet" })).toBeVisible();
    await page.goto(link);
    await expect(page.getByRole("heading", { name: "No runs yet" })).toBeVisible();
    const stranger = await (await browser.newContext()).newPage();
    await stranger.goto(link);
    await expect(stranger.getByRole("heading", { name: "This page has no session" })).toBeVisible();
    await stranger.goto(new URL("/w/local", clade.url).href);
    const dialog = stranger.getByRole("dialog", { name: "This page has no session" });
    await expect(dialog).toContainText("Start clade serve again");
    // let in meanwhile, the page goes on
    await stranger.context().addCookies(await page.context().cookies());
    await dialog.getByRole("button", { name: "Go on" }).click();
    await expect(dialog).toBeHidden();
    await expect(stranger.getByRole("heading", { name: "No runs yet" })).toBeVisible();
    await stranger.context().close();
  } finally {
    await clade.close();
  }
});

test("the pages of a server with accounts: nothing serious for axe in either theme, and each fits its window", async ({ page, browser }) => {
  test.setTimeout(240_000);
  const team = await startTeam("ada", "grace");
  try {
    const wrong: Record<string, string[]> = {};
    const look = async (shown: Page, path: string, ready: string | RegExp) => {
      await shown.setViewportSize({ width: 1280, height: 720 });
      await shown.goto(new URL(path, team.clade.url).href);
      await expect(shown.getByText(ready).first()).toBeVisible();
      const found = await faults(shown);
      if (found.length) wrong[path] = found;
    };
    await look(page, "/sign-in", "Sign in");
    await look(page, "/join#none", "this link was used already");
    await look(page, "/shared#none", "This link shows nothing");
    const ada = await team.as(browser, "ada");
    await look(ada, "/people", "A new workspace");
    for (const [section, ready] of [["members", "Make an invitation"], ["keys", "Keys"], ["links", "Links to runs"], ["audit", "by whom"]] as const) await look(ada, `/w/local/settings?section=${section}`, ready);
    await look(ada, "/account", "API tokens");
    const grace = await team.as(browser, "grace");
    await look(grace, "/", "You are in no workspace yet");
    expect(wrong).toEqual({});
  } finally {
    await team.close();
  }
});
