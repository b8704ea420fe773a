import { defineConfig } from "@playwright/test";

// Against a running member: SENTINEL_E2E_URL, SENTINEL_E2E_EMAIL, SENTINEL_E2E_PASSWORD. Without a URL the built UI is served
// with data in memory (run `npm run build` first).
const url = process.env.SENTINEL_E2E_URL;

export default defineConfig({
  testDir: "e2e",
  outputDir: "e2e/.results",
  timeout: 90_000,
  expect: { timeout: 10_000 },
  workers: 1,
  reporter: "list",
  use: {
    baseURL: url ?? "http://127.0.0.1:4173",
    viewport: { width: 1440, height: 900 },
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.SENTINEL_E2E_BROWSER ?? "/usr/bin/chromium-headless-shell",
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
  webServer: url
    ? undefined
    : { command: "npm run preview:mock", url: "http://127.0.0.1:4173", reuseExistingServer: true },
});
