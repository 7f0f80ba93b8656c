import { defineConfig } from "@playwright/test";

/** Debian's Chromium by default; nothing is downloaded. */
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/support/setup.ts",
  workers: 1,
  // A shared machine may stall for seconds; a test that passes only the second time is reported as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    baseURL: process.env.CONSOLE_URL,
    viewport: { width: 1440, height: 950 },
    timezoneId: "Europe/Berlin",
    permissions: ["clipboard-read", "clipboard-write"],
    launchOptions: {
      executablePath: chromium,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
