import AxeBuilder from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { components } from "../src/api/schema";
import { frontOf } from "./support/front";
import { open, panel } from "./support/page";
import { collect, type Server } from "./support/weir";

type Status = components["schemas"]["Status"];

const SCREENSHOTS = join(import.meta.dirname, "../../target/screenshots");
const FIXTURES = join(import.meta.dirname, "../../fixtures/formats");
/** What a debug build on a busy machine may take from a file to its commit on screen. */
const PATIENCE = { timeout: 60_000 };

let weir: Awaited<ReturnType<typeof collect>>;
let front: Server;

/** A folder that is watched, and a queue that nobody answers for. */
const settings = (folder: string) => {
  mkdirSync(join(folder, "dropped"));
  return `[ingest]
batch_secs = 1
[[sources.folder]]
name = "dropped"
path = ${JSON.stringify(join(folder, "dropped"))}
settle_secs = 1
rescan_secs = 2
[[sources.s3_queue]]
name = "prod"
queue_url = "http://127.0.0.1:9/123456789012/flow-logs"
aws = { region = "eu-west-1", endpoint_url = "http://127.0.0.1:9", access_key_id = "none", secret_access_key = "none" }
`;
};

test.beforeAll(async () => {
  weir = await collect(settings);
  front = await frontOf(weir);
});
test.afterAll(() => {
  front?.stop();
  weir?.stop();
});

const status = async (): Promise<Status> => (await fetch(`${weir.url}/api/v1/status`)).json() as Promise<Status>;
const row = (page: Page, table: string, name: string) => page.getByRole("table", { name: table, exact: true }).locator("tbody tr").filter({ has: page.getByText(name, { exact: true }) });
/** The cell of a column by its head. */
async function cell(page: Page, table: string, name: string, head: string): Promise<string> {
  const heads = await page.getByRole("table", { name: table, exact: true }).getByRole("columnheader").allTextContents();
  const at = heads.findIndex((text) => text.startsWith(head));
  return (await row(page, table, name).locator("td, th").nth(at).innerText()).trim();
}

test("an object that is put into a watched folder is committed on the open page", async ({ page }) => {
  test.setTimeout(180_000);
  await open(page, `${front.url}/#/sources`);
  await expect(row(page, "Collection", "dropped")).toContainText("Running", PATIENCE);
  expect(await cell(page, "Collection", "dropped", "Committed")).toBe("0");
  expect(await cell(page, "Collection", "dropped", "Last commit")).toBe("–");
  // What is marked here is gone after a reload, or when the table is made anew for each answer.
  await page.getByRole("table", { name: "Collection", exact: true }).evaluate((table) => table.setAttribute("data-same", "yes"));

  for (const name of ["trap_13_large_counters.log", "trap_01_malformed_line.log"]) copyFileSync(join(FIXTURES, name), join(weir.folder, "dropped", name));
  await expect.poll(() => cell(page, "Collection", "dropped", "Committed"), PATIENCE).toBe("2");
  await expect(row(page, "Jobs", "collect")).toContainText("2 objects", PATIENCE);
  const dropped = (await status()).sources.find((source) => source.name === "dropped")!;
  expect(dropped.committed).toBe(2);
  expect(await cell(page, "Collection", "dropped", "Delivered")).toBe(String(dropped.delivered));
  expect(await cell(page, "Collection", "dropped", "Bytes")).toBe(`${dropped.bytes < 1_024 ? `${dropped.bytes} B` : `${(dropped.bytes / 1_024).toFixed(2)} KiB`}`);
  expect(await cell(page, "Collection", "dropped", "In flight")).toBe("0");
  // What was read so far, and what was refused, follow.
  await expect(page.getByRole("table", { name: "Objects with trouble" })).toContainText("trap_01_malformed_line.log", PATIENCE);
  await expect(page.getByRole("table", { name: "Refused records" })).toContainText("srcaddr is not an address");
  await expect(page.locator("table[data-same]")).toHaveCount(1);
});

test("a source that fails says why, here and on the summary", async ({ page }) => {
  await open(page, `${front.url}/#/sources`);
  await expect(row(page, "Collection", "prod")).toContainText("Failing", PATIENCE);
  await expect(page.getByRole("list", { name: "Last errors of the sources" })).toContainText(/prod: cannot receive from .*It tries again\. Last at/);
  await expect.poll(async () => (await status()).sources[0]!.committed, PATIENCE).toBe(2);

  await open(page, `${front.url}/#/`);
  const coverage = panel(page, "coverage");
  await expect(coverage.getByText(/The source prod is failing: cannot receive/)).toBeVisible(PATIENCE);
  await coverage.getByRole("link", { name: "See Sources" }).click();
  await expect(page).toHaveURL(/#\/sources/);
  await expect(page.getByRole("heading", { name: /^Collection/ })).toBeVisible();
});

test("a page that nobody looks at does not ask", async ({ page }) => {
  test.setTimeout(120_000);
  let asked = 0;
  page.on("request", (request) => request.url().endsWith("/api/v1/status") && (asked += 1));
  await open(page, `${front.url}/#/sources`);
  await expect.poll(() => asked, { timeout: 30_000 }).toBeGreaterThanOrEqual(2);
  const turn = (state: "hidden" | "visible") =>
    page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, state);
  await turn("hidden");
  await page.waitForTimeout(1_000);
  const before = asked;
  await page.waitForTimeout(11_000);
  expect(asked).toBe(before);
  await turn("visible");
  await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(before);
});

test("every panel of it explains itself, and its rows can be saved", async ({ page }) => {
  await open(page, `${front.url}/#/sources`);
  for (const title of ["Collection", "Jobs"]) {
    await page.getByRole("link", { name: `Info: ${title}`, exact: true }).or(page.getByRole("button", { name: `Info: ${title}`, exact: true })).click();
    await expect(page.getByRole("heading", { name: "What to ask next" })).toBeVisible();
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: `CSV: ${title}` }).click();
    expect((await saved).suggestedFilename()).toBe(`${title.toLowerCase()}.csv`);
  }
});

test("a process that only answers says so, and how to begin", async ({ page }) => {
  await open(page, "/#/sources");
  await expect(page.getByText("This process only answers")).toBeVisible();
  await expect(page.getByText("weir serve --config weir.toml", { exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { name: /^Jobs/ })).toHaveCount(0);
});

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test("axe finds nothing on the sources of a process with messages put aside", async ({ page }) => {
      await page.route("**/api/v1/status", async (route) => {
        const answer = (await (await route.fetch()).json()) as Status;
        const queue = answer.sources.find((source) => source.name === "prod")!;
        queue.parked = 31;
        queue.parked_messages = [
          { id: "059f36b4-87a3-44ab-83d2-661975830a7d", time: "2026-11-24T05:00:00Z", reason: "it names no object", excerpt: '{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2026-11-24T04:59:58.000Z","Bucket":"flow-logs"}', receives: 3, deleted: false },
          { id: "219f8380-5770-4cc2-8c3e-5c715e145f5e", time: "2026-11-24T05:10:00Z", reason: "s3://flow-logs/AWSLogs/123456789012/gone.log.gz is gone", excerpt: '{"Records":[{"eventVersion":"2.1"', receives: 5, deleted: true },
        ];
        await route.fulfill({ json: answer });
      });
      await open(page, `${front.url}/#/sources`);
      const aside = page.getByRole("table", { name: "Messages put aside" });
      await expect(aside).toContainText("it names no object");
      await expect(aside).toContainText("Left in the queue");
      await page.screenshot({ path: join(SCREENSHOTS, `collection-${colorScheme}.png`), fullPage: true });
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
      expect(violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html.slice(0, 120)).join(" | ")}`)).toEqual([]);
    });
  });
}
for (const width of [1280, 1440]) {
  test(`no table of it has to be scrolled sideways at ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page, `${front.url}/#/sources`);
    for (const label of ["Collection", "Jobs"]) {
      const table = page.getByRole("table", { name: label, exact: true });
      expect(await table.evaluate((element) => element.scrollWidth - (element.parentElement?.clientWidth ?? 0)), label).toBeLessThanOrEqual(1);
    }
  });
}
