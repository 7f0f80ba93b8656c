import { expect, type Page, test } from "@playwright/test";
import { join } from "node:path";
import { type Finding, groupOf, profile, torFinding } from "./support/api";
import { open } from "./support/page";

const SCREENSHOTS = join(import.meta.dirname, "../../target/screenshots");
const SIZES = [
  { name: "small", width: 1280, height: 800 },
  { name: "phone", width: 390, height: 844 },
];
const PAGES: [string, (finding: Finding) => string][] = [
  ["summary", () => "/#/"],
  ["findings", () => "/#/findings"],
  ["finding", (finding) => `/#/findings/${finding.id}`],
  ["instance", (finding) => profile(finding, `&details=scope&finding=${finding.id}`)],
  ["address", (finding) => profile(finding).replace(`Ec2Instance/${finding.entity}`, `IpAddress/${finding.remote_addr}`)],
  ["groups", () => "/#/groups"],
  ["group", (finding) => `/#/groups/${groupOf(finding)}`],
  ["machines", () => "/#/entities"],
  ["search", (finding) => `/#/search?q=${finding.entity.slice(0, 6)}*`],
  ["sources", () => "/#/sources"],
];

/** Elements that stick out of the window, unless something around them scrolls. */
async function outside(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrolls = (element: Element | null): boolean =>
      element !== null && element !== document.body && (/(auto|scroll|hidden|clip)/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    return [...document.querySelectorAll("main *, [data-panel] *")]
      .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.height > 0 && box.right > window.innerWidth + 1 && !scrolls(element.parentElement);
      })
      .map((element) => `${element.tagName} ${element.textContent?.slice(0, 60)}`);
  });
}

/** What a table is opened for has to be on screen without scrolling it. */
const WANTED: [string, (finding: Finding) => string, string, string][] = [
  ["findings", () => "/#/findings", "Findings", "Last seen"],
  ["actors", (finding) => `/#/findings/${finding.id}`, "Actors", "Outbound"],
  ["details", (finding) => profile(finding, "&details=scope"), "Activity details", "Remote port"],
  ["details", (finding) => profile(finding, "&details=scope"), "Activity details", "Action"],
  ["actors", (finding) => `/#/findings/${finding.id}`, "Actors", "Lists"],
];
/** Tables whose further columns are there on request, to the right of what they are opened for. */
const SCROLLING = ["Activity details", "Actors"];
/** The pages with every table that they can have. */
const WIDE: [string, (finding: Finding) => string][] = [
  ...PAGES.filter(([name]) => name !== "instance"),
  ["instance", (finding) => profile(finding, `&finding=${finding.id}&answer=ports,transfer,permission,reach`)],
];
for (const { width, height } of [SIZES[0]!, { width: 1440, height: 950 }]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height } });
    for (const [name, path] of WIDE) {
      test(`no table of ${name} has to be scrolled sideways`, async ({ page }) => {
        await open(page, path(await torFinding()));
        const tables = page.getByRole("table");
        const seen: string[] = [];
        for (const table of await tables.all()) {
          const label = (await table.getAttribute("aria-label")) ?? "";
          if (SCROLLING.includes(label) || !(await table.isVisible())) continue;
          seen.push(label);
          // The box around a table scrolls when the columns do not fit in it.
          const over = await table.evaluate((element) => element.scrollWidth - (element.parentElement?.clientWidth ?? 0));
          expect(over, `${label} is wider than its panel`).toBeLessThanOrEqual(1);
          const broken = await table.getByRole("columnheader").evaluateAll((cells) => cells.flatMap((cell) => [...cell.querySelectorAll("*")].filter((part) => part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 1 && part.childElementCount === 0).map((part) => part.textContent)));
          expect(broken, `${label} has heads that are cut`).toEqual([]);
          const heads = await table.getByRole("columnheader").evaluateAll((cells) => cells.filter((cell) => cell.getBoundingClientRect().right > innerWidth).map((cell) => cell.textContent));
          expect(heads, `${label} has heads outside the window`).toEqual([]);
        }
        expect(seen.length).toBeGreaterThan(0);
      });
    }
    for (const [name, path, table, column] of WANTED) {
      test(`${name} shows ${column} of ${table}`, async ({ page }) => {
        await open(page, path(await torFinding()));
        const head = page.getByRole("table", { name: table, exact: true }).getByRole("columnheader", { name: new RegExp(`^${column}`) }).first();
        const box = await head.boundingBox();
        expect(box && box.x + box.width).toBeLessThanOrEqual(width - 20);
      });
    }
  });
}

for (const { name: size, width, height } of SIZES) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height } });
    for (const [name, path] of PAGES) {
      test(`${name} fits`, async ({ page }) => {
        await open(page, path(await torFinding()));
        await page.screenshot({ path: join(SCREENSHOTS, `${name}-${size}.png`), fullPage: true });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        expect(await outside(page)).toEqual([]);
      });
    }
  });
}
