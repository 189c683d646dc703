import { expect, test } from "@playwright/test";
import { demo, finished } from "../support/runs.ts";
import { addMember, startTeam } from "../support/team.ts";
import { watch } from "../support/watch.ts";

test("two people see each other, name each other in comments, and show a run to a third who has no account", async ({ browser }) => {
  test.setTimeout(300_000);
  const { clade, as, close } = await startTeam("ada", "grace");
  try {
    const ada = await as(browser, "ada");
    await addMember(ada, "grace", "viewer");
    const grace = await as(browser, "grace");
    const seen = [ada, grace].map((page) => watch(page, { origin: clade.url.origin }));
    await ada.goto(new URL("/w/local", clade.url).href);
    const run = await demo(ada);
    await finished(ada);
    await grace.goto(new URL("/w/local", clade.url).href);
    await expect(grace.getByRole("row", { name: new RegExp(run) })).toContainText("by ada");

    await grace.goto(new URL(`/runs/${run}`, clade.url).href);
    await expect(grace.getByRole("list", { name: "Here now" }).getByRole("img", { name: "ada, at this run too" })).toBeVisible();
    await expect(ada.getByRole("list", { name: "Here now" })).toBeVisible({ timeout: 40_000 });

    // ada names grace with the keyboard: the list completes the login
    await ada.getByRole("button", { name: "Comments" }).click();
    const field = ada.getByRole("combobox", { name: "Comment", exact: true });
    await field.pressSequentially("What do you think, @gr");
    await expect(ada.getByRole("option", { name: /grace/ })).toBeVisible();
    await field.press("Enter");
    await expect(field).toHaveValue("What do you think, @grace ");
    await field.pressSequentially("?");
    await ada.getByRole("button", { name: "Send" }).click();
    await expect(ada.getByRole("dialog").getByText("What do you think")).toBeVisible();
    await ada.keyboard.press("Escape");

    await grace.reload();
    await grace.getByRole("button", { name: "Mentions, 1 new" }).click();
    const mentions = grace.getByRole("dialog", { name: "You were named" });
    await expect(mentions.getByText("What do you think, @grace ?")).toBeVisible();
    await grace.keyboard.press("Escape");
    await expect(grace.getByRole("button", { name: "Mentions", exact: true })).toBeVisible();
    await expect(grace.getByRole("button", { name: "Share" })).toHaveCount(0);

    // a link: shown once, opens the run and nothing else, ends when it is taken back
    await ada.getByRole("button", { name: "Share" }).click();
    const share = ada.getByRole("dialog", { name: "Share this run" });
    await share.getByRole("textbox", { name: "Note" }).fill("for the board");
    await share.getByRole("button", { name: "Make a link" }).click();
    const link = (await share.getByText(/\/shared#/).textContent()) ?? "";
    const context = await browser.newContext();
    const guest = await context.newPage();
    const seenGuest = watch(guest, { origin: clade.url.origin, allow: [/status of (401|410)/] });
    await guest.goto(link);
    await expect(guest.getByText("You see this run through a link")).toBeVisible();
    await expect(guest.getByRole("application")).toHaveAccessibleName(/Descent of .*: \d+ candidates/);
    // what was spent is seen beside what may be
    await expect(guest.getByRole("meter", { name: "calls spent" })).toHaveAttribute("aria-valuetext", / of 3,000$/);
    for (const [tab, text] of [["Fitness", "Fitness on train examples"], ["Candidates", "Columns"], ["Examples", /answered cells/], ["Evidence", /winner’s curse/i], ["Log", /entries$/]] as const) {
      await guest.getByRole("link", { name: tab, exact: true }).click();
      await expect(guest.getByText(text).first()).toBeVisible();
    }
    for (const button of ["Branch", "Export", "Share", "Snapshot", "Delete", "Comments"]) await expect(guest.getByRole("button", { name: button, exact: true })).toHaveCount(0);
    await expect(guest.getByRole("navigation", { name: "Main" })).toHaveCount(0);
    await guest.goto(new URL("/w/local", clade.url).href);
    await expect(guest.getByRole("textbox", { name: "Login" })).toBeVisible();

    await share.getByRole("button", { name: "Take back" }).click();
    await expect(share.getByRole("cell", { name: "for the board" })).toHaveCount(0);
    await expect(share.getByText("This is the link")).toHaveCount(0);
    await guest.goto(link);
    await expect(guest.getByText(/taken back, has expired/)).toBeVisible();
    seenGuest.clean();
    seen.forEach(({ clean }) => clean());
  } finally {
    await close();
  }
});

test("who looks at a run that somebody deletes is told at once, with a way on, and sees it come back", async ({ browser }) => {
  const { clade, as, close } = await startTeam("ada", "grace");
  try {
    const ada = await as(browser, "ada");
    await addMember(ada, "grace", "viewer");
    const grace = await as(browser, "grace");
    await ada.goto(new URL("/w/local", clade.url).href);
    const run = await demo(ada);
    await finished(ada);
    await grace.goto(new URL(`/runs/${run}`, clade.url).href);
    await expect(grace.getByText("finished").first()).toBeVisible();

    await ada.getByRole("button", { name: "Delete" }).click();
    await ada.getByRole("dialog").getByRole("button", { name: "Delete the run" }).click();
    const told = grace.getByRole("alert").filter({ hasText: "This run was deleted" });
    await expect(told).toContainText("An admin can restore it.", { timeout: 8_000 });
    await expect(grace.locator("header").getByText("deleted", { exact: true })).toBeVisible();
    await expect(grace.locator("header").getByText("finished")).toHaveCount(0);
    await told.getByRole("link", { name: "All runs" }).click();
    await expect(grace.getByText("No runs yet")).toBeVisible();
    await grace.goBack();
    await expect(told).toBeVisible();

    await ada.getByRole("button", { name: "Undo" }).click();
    await expect(told).toHaveCount(0, { timeout: 8_000 });
    await expect(grace.locator("header").getByText("finished").first()).toBeVisible();
  } finally {
    await close();
  }
});

test("whose link to a run is taken back while they look sees it no longer", async ({ browser }) => {
  const { clade, as, close } = await startTeam("ada");
  try {
    const ada = await as(browser, "ada");
    await ada.goto(new URL("/w/local", clade.url).href);
    await demo(ada);
    await finished(ada);
    await ada.getByRole("button", { name: "Share" }).click();
    const share = ada.getByRole("dialog", { name: "Share this run" });
    await share.getByRole("button", { name: "Make a link" }).click();
    const link = (await share.getByText(/\/shared#/).textContent()) ?? "";
    const guest = await (await browser.newContext()).newPage();
    await guest.goto(link);
    await expect(guest.getByText("You see this run through a link")).toBeVisible();
    await share.getByRole("button", { name: "Take back" }).click();
    await expect(guest.getByText("You see this run through a link")).toHaveCount(0, { timeout: 10_000 });
    await expect(guest.getByRole("alert").or(guest.getByText("This is not here")).first()).toBeVisible();
  } finally {
    await close();
  }
});

test("who keeps a new version of a prompt that somebody else changed meanwhile is told, and loses nothing typed", async ({ browser }) => {
  const { clade, as, close } = await startTeam("ada", "grace");
  try {
    const ada = await as(browser, "ada");
    await addMember(ada, "grace", "user");
    await ada.goto(new URL("/w/local/prompts", clade.url).href);
    await ada.getByRole("button", { name: "Add a prompt" }).first().click();
    await ada.getByRole("textbox", { name: "Name" }).fill("greeting");
    await ada.getByRole("textbox", { name: "Text" }).fill("Greet {{name}}.");
    await ada.getByRole("button", { name: "Keep it" }).click();
    await expect(ada.getByRole("heading", { name: "greeting" })).toBeVisible();
    const grace = await as(browser, "grace");
    await grace.goto(new URL("/w/local/prompts?name=greeting", clade.url).href);

    const typed: [typeof ada, string][] = [[ada, "Greet {{name}} warmly."], [grace, "Greet {{name}} in French."]];
    for (const [page, text] of typed) {
      await page.getByRole("button", { name: "New version" }).click();
      await page.getByRole("textbox", { name: "Text" }).fill(text);
    }
    await ada.getByRole("button", { name: "Keep it" }).click();
    await expect(ada.getByRole("dialog")).toHaveCount(0);
    await grace.getByRole("button", { name: "Keep it" }).click();
    await expect(grace.getByText("Somebody changed this before you.")).toBeVisible();
    await expect(grace.getByRole("textbox", { name: "Text" })).toHaveValue("Greet {{name}} in French.");
    await grace.getByRole("button", { name: "Keep it" }).click();
    await expect(grace.getByRole("dialog")).toHaveCount(0);
    await expect(grace.getByRole("button", { name: "3", exact: true })).toBeVisible();
  } finally {
    await close();
  }
});
