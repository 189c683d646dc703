import { defineConfig } from "@playwright/test";

/** Debian's Chromium; another browser by CHROMIUM. */
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  timeout: 180_000,
  expect: { timeout: 20_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  reporter: process.env.CI ? [["list"]] : [["list"]],
  use: {
    viewport: { width: 1280, height: 720 },
    launchOptions: { executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] },
    actionTimeout: 20_000,
    trace: "retain-on-failure",
  },
  projects: [
    { name: "journey", testMatch: /tests\/(journey|accounts|elsewhere|newrun|together|branches|models|playground)\.spec\.ts/ },
    { name: "pages", testMatch: /tests\/pages\.spec\.ts/ },
    { name: "pictures", testMatch: /tests\/pictures\.spec\.ts/ },
    { name: "measure", testMatch: /tests\/measure\.spec\.ts/ },
  ],
});
