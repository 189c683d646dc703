import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, startClade } from "../support/clade.ts";

const freePort = () =>
  new Promise<number>((found) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => found(port));
    });
  });

test("somebody signs in at a certified OpenID provider, in its own pages, and comes back to the page they wanted", async ({ page }) => {
  const modules = process.env.CLADE_TEST_NODE_MODULES;
  test.skip(!modules, "CLADE_TEST_NODE_MODULES is not set");
  test.skip(Boolean(process.env.CLADE_UI), "the provider leads back to the server's own pages, which CLADE_UI stands in front of");
  const data = await mkdtemp(join(tmpdir(), "clade-e2e-"));
  const issuer = `http://127.0.0.1:${await freePort()}`;
  await writeFile(join(data, "secret"), "s3cret/+");
  await writeFile(
    join(data, "promptclade.toml"),
    `[accounts]\noidc = { issuer = "${issuer}", client_id = "clade", client_secret_file = "secret", name = "Example" }\n` +
      `supabase = { url = "http://127.0.0.1:9", publishable_key = "sb_publishable_test", providers = ["github"] }\n`,
  );
  await run(["--data-dir", data, "user", "add", "zoe@example.org", "--admin", "--elsewhere"]);
  const clade = await startClade({ data });
  const script = join(import.meta.dirname, "../../crates/server/tests/js/provider.mjs");
  const provider = spawn("node", [script, new URL(issuer).port, clade.url.origin], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    await new Promise((ready) => provider.stdout.once("data", ready));
    await page.goto(new URL("/account", clade.url).href);
    const sign = page.getByRole("link", { name: "Sign in with Example" });
    await expect(sign).toBeVisible();
    await expect(page.getByRole("link", { name: "Sign in with github" })).toBeVisible();
    await page.getByText("Sign in with a password of this server").click();
    await expect(page.getByRole("textbox", { name: "Login" })).toBeVisible();
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
    // the project is away: that is said, with what to do
    await page.getByRole("textbox", { name: "E-mail" }).fill("zoe@example.org");
    await page.locator("form", { has: page.getByRole("textbox", { name: "E-mail" }) }).getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).first().click();
    await expect(page.getByRole("alert")).toContainText("does not answer");
    await expect(page.getByRole("alert")).toContainText("try again soon");

    await sign.click();
    await page.getByPlaceholder("Enter any login").fill("zoe");
    await page.getByPlaceholder("and password").fill("any");
    await page.getByRole("button", { name: "Sign-in" }).click();
    await page.getByRole("button", { name: "Continue" }).click();
    await expect(page.getByRole("heading", { name: "API tokens" })).toBeVisible();
    expect(new URL(page.url()).pathname).toBe("/account");

    await page.context().clearCookies();
    await page.goto(new URL("/sign-in/oidc/back?code=stolen&state=none", clade.url).href);
    await expect(page.getByRole("alert")).toContainText("begun in another browser");
  } finally {
    provider.kill();
    await clade.close();
    await rm(data, { recursive: true, force: true });
  }
});
