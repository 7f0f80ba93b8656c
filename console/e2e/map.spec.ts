import { expect, test } from "@playwright/test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { countryName } from "../src/components/words";
import { countryNumber, smallPlace } from "../src/charts/countries";
import { exactBytes } from "../src/format/number";
import { DAY, HOUR, lakeOf, record } from "./support/logs";
import { open, panel } from "./support/page";

const GEOGRAPHY = join(import.meta.dirname, "../node_modules/@ip-location-db/geo-whois-asn-country-mmdb/geo-whois-asn-country.mmdb");
const SCREENSHOTS = join(import.meta.dirname, "../../target/screenshots");
const END = Math.floor(Date.parse("2026-08-31T00:00:00Z") / 1_000);

/** Addresses of public services, some of which are spoke with all the time and some in the last day only. */
const KNOWN = ["8.8.8.8", "193.0.6.139", "17.253.144.10"];
const NEW = ["200.160.0.8", "133.11.0.1", "202.12.27.33", "196.216.2.1", "165.21.83.88", "185.152.64.1"];

interface Newcomer {
  kind: string;
  value: string;
  bytes: number;
  entities: number;
}

let lake: Awaited<ReturnType<typeof lakeOf>>;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  expect(existsSync(GEOGRAPHY), "npm ci brings the geography").toBe(true);
  const records: string[] = [];
  for (let hour = 0; hour < 20 * 24; hour += 1) {
    for (const [at, remote] of KNOWN.entries()) records.push(record({ remote, port: 40_000 + at, service: 443, bytes: 50_000, start: END - 20 * DAY + hour * HOUR + 60 }));
  }
  for (const [at, remote] of NEW.entries()) {
    for (let hour = 0; hour < 6; hour += 1) records.push(record({ remote, port: 41_000 + at, service: 443, bytes: 100_000 * (at + 1) + hour, start: END - 12 * HOUR + hour * HOUR + 60 }));
  }
  lake = await lakeOf(records, `[geo]\nfiles = [${JSON.stringify(GEOGRAPHY)}]\n`);
});
test.afterAll(() => lake?.stop());

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test("the map shows the countries that the interface calls newly observed, and no others", async ({ page }) => {
      const scope = { from: END - DAY, to: END };
      const response = await fetch(`${lake.url}/api/v1/summary?from=${scope.from}&to=${scope.to}`);
      const { newcomers, has_history } = (await response.json()) as { newcomers: Newcomer[]; has_history: boolean };
      const countries = newcomers.filter((row) => row.kind === "country");
      expect(has_history).toBe(true);
      expect(countries.length).toBeGreaterThanOrEqual(3);
      await open(page, `${lake.console}/#/?scopeStart=${scope.from}&scopeEnd=${scope.to}`);
      const map = panel(page, "newcomers").locator("svg.world");
      await expect(map).toBeVisible();
      const names = countries.map((row) => countryName(row.value)).sort();
      const marked = await map.locator(".land.marked title, .spot title").allTextContents();
      expect([...new Set(marked)].sort()).toEqual(names);
      for (const row of countries) expect(countryNumber(row.value) ?? smallPlace(row.value), `${row.value} has no place on the map`).not.toBeNull();
      for (const name of names) await expect(map).toHaveAttribute("aria-label", new RegExp(name));
      for (const row of countries) {
        const line = page.getByRole("table", { name: "Newly observed countries and network operators" }).locator("tbody tr").filter({ hasText: `(${row.value})` });
        await expect(line.getByTitle(exactBytes(row.bytes), { exact: true })).toBeVisible();
      }
      await panel(page, "newcomers").screenshot({ path: join(SCREENSHOTS, `map-${colorScheme}.png`) });
    });
  });
}
