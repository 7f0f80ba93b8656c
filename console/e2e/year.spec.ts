import { expect, type Page, test } from "@playwright/test";
import type { components } from "../src/api/schema";
import { DAY } from "./support/logs";
import { measure } from "./support/measure";
import { open, parameters, placeOf, settled } from "./support/page";
import { simulatedYear } from "./support/year";

type Volume = components["schemas"]["VolumePanel"];
type Entities = { rows: components["schemas"]["EntityLine"][] };

/** Longest time in milliseconds in which the page may not answer while it is made, and while the pointer moves. A busy machine has room. */
const LOADING = 1_500;
const MOVING = 400;
/** The debug build reads every day of the year for each panel. */
const PATIENCE = 180_000;

let lake: Awaited<ReturnType<typeof simulatedYear>>;
let machine: string;
let year: { from: number; to: number };

test.beforeAll(async () => {
  test.setTimeout(600_000);
  lake = await simulatedYear();
  const range = await ask<{ first: string; last: string }>("/range");
  const to = Math.ceil(Date.parse(range.last) / 1_000 / DAY) * DAY;
  year = { from: to - 365 * DAY, to };
  const { rows } = await ask<Entities>(`/entities?from=${year.from}&to=${year.to}&limit=50`);
  machine = rows.find((row) => row.entity.startsWith("i-"))!.entity;
});
test.afterAll(() => lake?.stop());

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${lake.url}/api/v1${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** What the page asked about the volume, and what the server answered. */
async function answered(page: Page, action: () => Promise<void>): Promise<Volume> {
  const response = page.waitForResponse((each) => /\/volume\?/.test(each.url()) && each.ok(), { timeout: PATIENCE });
  await action();
  return (await (await response).json()) as Volume;
}

const profile = (from: number, to: number) => `#/entities/Ec2Instance/${machine}?scopeStart=${from}&scopeEnd=${to}`;

test("a year of volume stays smooth under the pointer, and its numbers are the server's", async ({ page }) => {
  test.setTimeout(600_000);
  await open(page, `${lake.console}/#/search`);
  let volume: Volume | undefined;
  const loaded = await measure(page, "a year, made", async () => {
    volume = await answered(page, () => page.evaluate((hash) => void (location.hash = hash), profile(year.from, year.to)));
    await expect(page.getByRole("application", { name: "Inbound volume over time" })).toBeVisible({ timeout: PATIENCE });
    await settled(page, PATIENCE);
  });
  expect(loaded.longest).toBeLessThanOrEqual(LOADING);

  // A bar for each day, not one for each of the 8,760 hours; each with the server's number.
  expect(volume!.bin_secs).toBe(DAY);
  const starts = new Set(volume!.rows.map((row) => row.start));
  expect(starts.size).toBeGreaterThan(300);
  expect(starts.size).toBeLessThanOrEqual(400);
  await page.getByRole("button", { name: "View as table" }).click();
  const cells = await page.getByRole("region", { name: "Volume as a table" }).locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => [row.querySelector("time")?.dateTime, row.children[1]?.textContent, row.children[3]?.querySelector("[title]")?.getAttribute("title")]),
  );
  expect(cells).toEqual(volume!.rows.map((row) => [new Date(row.start).toISOString(), row.direction, `${row.bytes.toLocaleString("en-US")} byte${row.bytes === 1 ? "" : "s"}`]));
  await page.getByRole("button", { name: "View as table" }).click();

  const chart = page.getByRole("application", { name: "Inbound volume over time" });
  const [left, right] = [await placeOf(chart, 0.02), await placeOf(chart, 0.97)];
  await page.mouse.move(left.x, left.y);
  const hovered = await measure(page, "a year, hovered from end to end", async () => {
    await page.mouse.move(right.x, right.y, { steps: 120 });
    await expect(page.locator(".chart-tooltip").first()).toContainText("Inbound");
  });
  expect(hovered.longest).toBeLessThanOrEqual(MOVING);
  const scrolled = await measure(page, "a year, scrolled", async () => {
    for (let step = 0; step < 12; step += 1) await page.mouse.wheel(0, 400);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1_000);
  });
  expect(scrolled.longest).toBeLessThanOrEqual(MOVING);

  const [from, to] = [await placeOf(chart, 0.5), await placeOf(chart, 0.6)];
  let narrowed: Volume | undefined;
  const dragged = await measure(page, "a year, dragged to a month", async () => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 40 });
    narrowed = await answered(page, () => page.mouse.up());
    await expect.poll(() => parameters(page).get("scopeStart")).not.toBe(String(year.from));
    await settled(page, PATIENCE);
  });
  expect(dragged.longest).toBeLessThanOrEqual(LOADING);
  // The scope begins and ends on whole bars, and the bars are shorter now.
  expect(Number(parameters(page).get("scopeStart")) % DAY).toBe(0);
  const days = (Number(parameters(page).get("scopeEnd")) - Number(parameters(page).get("scopeStart"))) / DAY;
  expect(days).toBeGreaterThan(30);
  expect(days).toBeLessThan(45);
  expect(narrowed!.bin_secs).toBe(6 * 3_600);
});
