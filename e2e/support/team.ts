import { expect, type Browser, type Page } from "@playwright/test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, startClade, type Clade } from "./clade.ts";

const password = "correct horse battery staple";

/** A server with people who have accounts; all but the first are users of the workspace `local`. */
export interface Team {
  clade: Clade;
  /** A browser of its own for somebody, signed in. */
  as: (browser: Browser, login: string) => Promise<Page>;
  close: () => Promise<void>;
}

export async function startTeam(admin: string, ...users: string[]): Promise<Team> {
  const data = await mkdtemp(join(tmpdir(), "clade-e2e-"));
  await run(["--data-dir", data, "user", "add", admin, "--admin"], { CLADE_PASSWORD: password });
  for (const user of users) await run(["--data-dir", data, "user", "add", user], { CLADE_PASSWORD: password });
  const clade = await startClade({ data });
  const as = async (browser: Browser, login: string) => {
    const page = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage();
    await page.goto(clade.url.href);
    await page.getByRole("textbox", { name: "Login" }).fill(login);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("link", { name: "Promptclade" })).toBeVisible();
    return page;
  };
  return {
    clade,
    as,
    close: async () => {
      await clade.close();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Adds somebody who has an account to the workspace `local`, as an admin of it would. */
export async function addMember(page: Page, login: string, role: string): Promise<void> {
  await page.evaluate(
    async ({ login, role }) => {
      const session = (await (await fetch("/api/v1/session")).json()) as { csrf: string };
      const added = await fetch("/api/v1/workspaces/local/members", { method: "POST", headers: { "content-type": "application/json", "x-csrf-token": session.csrf }, body: JSON.stringify({ login, role }) });
      if (!added.ok) throw new Error(await added.text());
    },
    { login, role },
  );
}
