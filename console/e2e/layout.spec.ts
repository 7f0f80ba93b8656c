import { expect, type Page, test } from "@playwright/test";
import { join } from "node:path";
import { type Finding, profile, torFinding } from "./support/api";
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
  ["machines", () => "/#/entities", "Machines by traffic", "Account"],
];
for (const { width, height } of [SIZES[0]!, { width: 1440, height: 950 }]) {
  test.describe(`${width} px`, () => {
    test.use({ viewport: { width, height } });
    for (const [name, path, table, column] of WANTED) {
      test(`${name} shows ${column}`, async ({ page }) => {
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
