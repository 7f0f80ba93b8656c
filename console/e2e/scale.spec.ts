import { expect, test } from "@playwright/test";
import type { components } from "../src/api/schema";
import { DAY, HOUR, INTERFACE, lakeOf, record } from "./support/logs";
import { measure } from "./support/measure";
import { open, panel, parameters } from "./support/page";

/** The end of the made-up time, on an hour. */
const END = Math.floor(Date.parse("2026-08-31T00:00:00Z") / 1_000);
const DAYS = 45;
/** Rows of the details in the last day. */
const ROWS = 12_000;

/**
 * What a page may take, in milliseconds. The longest task is how long it does not answer to a key; the whole is from the click to a page
 * that stands still, the server's answer included.
 */
const LONGEST = 1_500;
const HOVER = 400;
const WHOLE = 20_000;

let lake: Awaited<ReturnType<typeof lakeOf>>;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  const records: string[] = [];
  for (let hour = 0; hour < DAYS * 24; hour += 1) {
    const start = END - DAYS * DAY + hour * HOUR + 60;
    const wave = 1 + Math.sin((hour % 24) / 3.8);
    records.push(record({ remote: "203.0.113.10", port: 40_000, service: 443, bytes: Math.round(2_000_000 * wave) + 1_000, start }));
    records.push(record({ remote: "203.0.113.10", port: 40_000, service: 443, bytes: Math.round(9_000_000 * wave) + 1_000, start, inbound: true }));
  }
  for (let row = 0; row < ROWS; row += 1) {
    records.push(
      record({ remote: `198.18.${Math.floor(row / 250)}.${(row % 250) + 1}`, port: 1_024 + row, service: row % 3 ? 443 : 22, bytes: 1_000 + row * 37, start: END - DAY + (row % 1_440) * 60, action: row % 11 ? "ACCEPT" : "REJECT" }),
    );
  }
  lake = await lakeOf(records);
});
test.afterAll(() => lake?.stop());

test("details of 12,000 rows stay smooth while they are paged, sorted, filtered and drawn", async ({ page }) => {
  test.setTimeout(240_000);
  await open(page, `${lake.console}/#/entities/NetworkInterface/${INTERFACE}?scopeStart=${END - DAY}&scopeEnd=${END}&size=100`);
  const table = page.getByRole("table", { name: "Activity details" });
  const first = table.locator("tbody tr").first();
  const within = ({ longest, whole }: { longest: number; whole: number }) => {
    expect(longest).toBeLessThanOrEqual(LONGEST);
    expect(whole).toBeLessThanOrEqual(WHOLE);
  };
  within(
    await measure(page, "details, 100 rows of the page", async () => {
      await page.getByRole("button", { name: "Display details for scope time" }).click();
      await expect(table.locator("tbody tr")).toHaveCount(100, { timeout: 60_000 });
    }),
  );
  const total = Number((await page.locator("#activity-details").textContent())?.match(/\(([\d,]+)\)/)?.[1]?.replaceAll(",", ""));
  expect(total).toBeGreaterThanOrEqual(10_000);

  const before = await first.textContent();
  within(
    await measure(page, "details, next page", async () => {
      await page.locator("#activity-details").getByRole("button", { name: "Next page" }).click();
      await expect.poll(() => first.textContent(), { timeout: 60_000 }).not.toBe(before);
    }),
  );
  within(
    await measure(page, "details, sorted by outbound", async () => {
      await table.getByRole("button", { name: /^Outbound/ }).first().click();
      await expect(first).toContainText("203.0.113.10", { timeout: 60_000 });
    }),
  );
  within(
    await measure(page, "details, filtered by network", async () => {
      const filter = page.getByRole("combobox", { name: "Filter the details" });
      await filter.fill("198.18.7.0/24");
      await filter.press("Enter");
      await expect(page.locator("#activity-details")).toContainText("250 match", { timeout: 60_000 });
    }),
  );
  within(
    await measure(page, "details, a row drawn", async () => {
      await first.getByRole("checkbox").check();
      await expect(page.locator("#activity-details .swatch.line")).toHaveCount(1, { timeout: 60_000 });
    }),
  );
  expect(parameters(page).get("rows")).toBeTruthy();
  const scrolled = await measure(page, "details, scrolled over 100 rows", async () => {
    await table.scrollIntoViewIfNeeded();
    for (let step = 0; step < 20; step += 1) await page.mouse.wheel(0, 300);
  });
  expect(scrolled.longest).toBeLessThanOrEqual(HOVER);
});

test("bars of six hours have the expected band that the server learned for them", async ({ page }) => {
  test.setTimeout(180_000);
  // With the week before it that is more than 16 days.
  const asked = page.waitForResponse((each) => /\/volume\?/.test(each.url()) && each.ok(), { timeout: 90_000 });
  await open(page, `${lake.console}/#/entities/NetworkInterface/${INTERFACE}?scopeStart=${END - 10 * DAY}&scopeEnd=${END}`);
  const volume = (await (await asked).json()) as components["schemas"]["VolumePanel"];
  expect(volume.bin_secs).toBe(6 * HOUR);
  // One for each way of each bin.
  expect(volume.bands.length).toBe((2 * 17 * DAY) / (6 * HOUR));
  await expect(panel(page, "volume").getByRole("checkbox", { name: "Expected band" })).toBeChecked();
  await expect(page.getByRole("list", { name: "What the marks mean" })).toContainText("Expected band");
  await expect(panel(page, "volume")).toContainText(`${volume.baseline?.days.toFixed(1)} are on record`);
  await page.getByRole("button", { name: "View as table" }).click();
  const [row] = volume.rows;
  const cells = page.getByRole("region", { name: "Volume as a table" }).locator("tbody tr").first().locator("td");
  await expect(cells.nth(6).locator("[title]")).toHaveAttribute("title", `${row?.expected_low?.toLocaleString("en-US")} bytes`);
  await expect(cells.nth(7).locator("[title]")).toHaveAttribute("title", `${row?.expected_high?.toLocaleString("en-US")} bytes`);
});
