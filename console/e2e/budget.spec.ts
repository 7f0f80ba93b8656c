import { expect, test } from "@playwright/test";
import { gzipSync } from "node:zlib";
import { open } from "./support/page";

const KB = 1_000;

test("the first load is at most 600 kB, its main chunk at most 330 kB, gzip", async ({ page }) => {
  const sizes = new Map<string, number>();
  const reading: Promise<void>[] = [];
  page.on("response", (response) => {
    const path = new URL(response.url()).pathname;
    if (!path.startsWith("/api/")) reading.push(response.body().then((body) => void sizes.set(path, /\.woff2$/.test(path) ? body.length : gzipSync(body).length)));
  });
  await open(page, "/#/");
  await Promise.all(reading);
  const scripts = [...sizes].filter(([path]) => path.endsWith(".js"));
  const whole = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const largest = Math.max(...scripts.map(([, size]) => size));
  console.log(`first load ${Math.round(whole / KB)} kB gzip in ${sizes.size} files, main chunk ${Math.round(largest / KB)} kB`);
  expect(whole).toBeLessThanOrEqual(600 * KB);
  expect(largest).toBeLessThanOrEqual(330 * KB);
});
