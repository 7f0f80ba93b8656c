import { expect, type Locator, test } from "@playwright/test";
import { bytes, exact, exactBytes } from "../src/format/number";
import { api, profile, scopeOf, torFinding } from "./support/api";
import { open, panel } from "./support/page";

interface Traffic {
  bytes_in: number;
  bytes_out: number;
  flows: number;
}

/** A row of a table shows these bytes, to the byte on hover. */
async function showsBytes(row: Locator, ...counts: number[]): Promise<void> {
  for (const count of counts) await expect(row.getByTitle(exactBytes(count), { exact: true }).first()).toBeVisible();
}

test("the summary has the numbers of the interface", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  type Summary = { top: (Traffic & { entity: string })[]; latest: unknown[]; findings: { severity: string; archived: boolean; findings: number }[] };
  const summary = await api<Summary>(`/summary?from=${from}&to=${to}`);
  await open(page, `/#/?scopeStart=${from}&scopeEnd=${to}`);
  const rows = page.getByRole("table", { name: "Machines with most traffic" }).locator("tbody tr");
  await expect(rows).toHaveCount(summary.top.length);
  expect(summary.top.length).toBeGreaterThan(3);
  for (const [index, top] of summary.top.entries()) {
    await expect(rows.nth(index)).toContainText(top.entity);
    await showsBytes(rows.nth(index), top.bytes_in, top.bytes_out);
  }
  await expect(panel(page, "latest-findings")).toContainText(`(${summary.latest.length})`);
});

test("machines and sources have the numbers of the interface", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  const machines = await api<{ rows: (Traffic & { entity: string })[] }>(`/entities?from=${from}&to=${to}&limit=1000`);
  await open(page, `/#/entities?scopeStart=${from}&scopeEnd=${to}`);
  const table = page.getByRole("table", { name: "Machines by traffic" });
  for (const machine of machines.rows.slice(0, 10)) {
    const row = table.locator("tbody tr").filter({ hasText: machine.entity });
    await showsBytes(row, machine.bytes_in, machine.bytes_out);
    await expect(row.getByTitle(`${exact(machine.flows)} flow records`)).toBeVisible();
  }
  type Totals = { objects: number; records: number; accepted: number; coverage: number; bytes: number };
  const { totals } = await api<{ totals: Totals }>("/sources");
  await open(page, "/#/sources");
  for (const count of [totals.objects, totals.records, totals.accepted]) {
    await expect(panel(page, "sources").getByTitle(exact(count)).first()).toBeVisible();
  }
  await showsBytes(panel(page, "sources"), totals.bytes);
});

test("the finding has the numbers of the interface", async ({ page }) => {
  const finding = await torFinding();
  const found = await api<{ finding: { actors: (Traffic & { remote_addr: string })[] } }>(`/findings/${finding.id}/page`);
  await open(page, `/#/findings/${finding.id}`);
  for (const actor of found.finding.actors) {
    const row = panel(page, "actors").locator("tbody tr").filter({ hasText: actor.remote_addr }).first();
    await showsBytes(row, actor.bytes_in, actor.bytes_out);
  }
});

test("the profile has the numbers of the interface", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  type Port = Traffic & { service_port: number | null; remotes: number };
  const ports = await api<{ rows: Port[] }>(`/entities/${finding.entity}/ports?from=${from}&to=${to}&limit=100`);
  await open(page, profile(finding));
  const table = page.getByRole("table", { name: "Volume by common port" });
  expect(ports.rows.length).toBeGreaterThan(1);
  for (const port of ports.rows.slice(0, 5)) await showsBytes(table, port.bytes_in, port.bytes_out);

  // The chart says of an interval what the interface says of it.
  const chart = page.getByRole("application", { name: "Outbound volume over time" });
  await chart.focus();
  await page.keyboard.press("ArrowRight");
  const bin = new URLSearchParams({ from: String(from), to: String(from + 3_600), bin: "3600" });
  const volume = await api<{ rows: { direction: string; bytes: number }[] }>(`/entities/${finding.entity}/volume?${bin}`);
  const sent = volume.rows.filter((row) => row.direction === "outbound").reduce((sum, row) => sum + row.bytes, 0);
  await expect(page.locator(".chart-tooltip").filter({ hasText: "Outbound" }).first()).toContainText(bytes(sent));
});
