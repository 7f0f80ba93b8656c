import { expect, test } from "@playwright/test";
import { exact, exactBytes } from "../src/format/number";
import { open, panel } from "./support/page";

/** A lake made from logs that real accounts wrote; the setup serves it when the samples are beside the project. */
const URL = process.env.SAMPLES_URL;
const CONSOLE = process.env.SAMPLES_CONSOLE_URL;

interface Machine {
  entity: string;
  bytes_in: number;
  bytes_out: number;
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${URL}/api/v1${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return (await response.json()) as T;
}

test.describe("real samples", () => {
  test.skip(!URL, "there are no samples beside the project");

  test("every page answers, and says what was refused", async ({ page }) => {
    test.setTimeout(180_000);
    const said: string[] = [];
    page.on("console", (message) => message.type() === "error" && said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    const sources = await ask<{ totals: { records: number; rejected: number; bytes: number } }>("/sources");
    expect(sources.totals.rejected).toBeGreaterThan(0);
    await open(page, `${CONSOLE}/#/sources`);
    await expect(panel(page, "sources").getByTitle(exact(sources.totals.records)).first()).toBeVisible();
    await expect(panel(page, "sources").getByTitle(exactBytes(sources.totals.bytes)).first()).toBeVisible();
    await expect(panel(page, "rejects").locator("tbody tr").first()).toBeVisible();
    for (const path of ["/#/", "/#/findings", "/#/entities", "/#/search?q=*"]) await open(page, `${CONSOLE}${path}`);
    expect(said).toEqual([]);
  });

  test("a machine nobody described has a profile, with the numbers of the interface", async ({ page }) => {
    // The samples are years apart; a scope holds a year.
    const { last } = await ask<{ last: string }>("/range");
    const to = Math.ceil(Date.parse(last) / 3_600_000) * 3_600;
    const from = to - 300 * 86_400;
    const { rows } = await ask<{ rows: Machine[] }>(`/entities?from=${from}&to=${to}`);
    const [machine] = rows;
    expect(machine?.entity).toBeTruthy();
    const scope = `scopeStart=${from}&scopeEnd=${to}`;
    await open(page, `${CONSOLE}/#/entities?${scope}`);
    const row = page.getByRole("table", { name: "Machines by traffic" }).locator("tbody tr").filter({ hasText: machine?.entity ?? "" });
    await expect(row.getByTitle(exactBytes(machine?.bytes_in ?? -1)).first()).toBeVisible();
    await row.getByRole("link", { name: new RegExp(machine?.entity ?? "") }).first().click();
    await expect(page.getByRole("button", { name: "Display details for scope time" })).toBeVisible();
    await page.getByRole("button", { name: "Display details for scope time" }).click();
    const details = await ask<{ total: number; rows: { remote: string | null }[] }>(`/entities/${machine?.entity}/details?from=${from}&to=${to}`);
    await expect(page.locator("#activity-details")).toContainText(`(${details.total.toLocaleString("en-US")})`);
    await expect(page.getByRole("table", { name: "Activity details" }).locator("tbody tr").first()).toContainText(details.rows[0]?.remote ?? "");
  });
});
