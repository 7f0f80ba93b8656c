import { expect, type Locator, test } from "@playwright/test";
import { bytes, exact, exactBytes, percent } from "../src/format/number";
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

/** A row of a table shows this time, to the second. */
async function showsTime(row: Locator, ...times: (string | null | undefined)[]): Promise<void> {
  for (const time of times) {
    if (time) await expect(row.locator(`time[datetime="${new Date(time).toISOString()}"]`).first()).toBeVisible();
  }
}

/** The cells of a table, by the head of their column. */
async function cellsOf(table: Locator, row: number): Promise<Map<string, string>> {
  const heads = await table.locator("thead th").allTextContents();
  const cells = await table.locator("tbody tr").nth(row).locator("th, td").allTextContents();
  return new Map(heads.map((head, at) => [head.trim(), (cells[at] ?? "").trim()]));
}

test("the findings have the numbers of the interface, in every column", async ({ page }) => {
  type Row = { title: string; finding_type: string; severity: number; severity_word: string; entity: string; entity_name: string | null; count: number; first_seen: string; last_seen: string };
  const { rows, total } = await api<{ rows: Row[]; total: number }>("/findings?archived=false&sort=severity&order=desc&limit=25");
  await open(page, "/#/findings");
  const table = page.getByRole("table", { name: "Findings", exact: true });
  await expect(page.locator('[data-panel="findings"]').first()).toContainText(`(${total})`);
  await expect(table.locator("tbody tr")).toHaveCount(rows.length);
  for (const [at, finding] of rows.entries()) {
    const row = table.locator("tbody tr").nth(at);
    await expect(row.getByTitle(finding.title, { exact: true })).toBeVisible();
    await expect(row.getByTitle(`severity ${finding.severity.toFixed(1)} of 10`)).toHaveText(new RegExp(finding.severity_word, "i"));
    await expect(row.getByTitle(`${exact(finding.count)} occurrences`)).toBeVisible();
    const cells = await cellsOf(table, at);
    expect(cells.get("Type")).toBe(finding.finding_type);
    expect(cells.get("Entity")).toContain(finding.entity);
    expect(cells.get("Entity")).toContain(finding.entity_name ?? "");
    await showsTime(row, finding.first_seen, finding.last_seen);
  }
});

test("the details have the numbers of the interface, in every usual column", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  type Row = Traffic & { remote: string; local_port: number | null; remote_port: number | null; protocol_name: string; direction: string; action: string; packets_in: number; packets_out: number; findings: string[] };
  const details = await api<{ rows: Row[]; total: number; totals: Traffic }>(`/entities/${finding.entity}/details?from=${from}&to=${to}&limit=20`);
  await open(page, profile(finding, "&details=scope"));
  const section = page.locator("#activity-details");
  await showsBytes(section, details.totals.bytes_in, details.totals.bytes_out);
  await expect(section.getByTitle(exact(details.totals.flows)).first()).toBeVisible();
  const table = page.getByRole("table", { name: "Activity details" });
  await expect(table.locator("tbody tr")).toHaveCount(details.rows.length);
  for (const [at, line] of details.rows.entries()) {
    const row = table.locator("tbody tr").nth(at);
    await showsBytes(row, line.bytes_in, line.bytes_out);
    for (const packets of [line.packets_in, line.packets_out]) await expect(row.getByTitle(`${exact(packets)} packets`).first()).toBeAttached();
    const cells = await cellsOf(table, at);
    expect(cells.get("IP address")).toContain(line.remote);
    expect(cells.get("Local port")).toContain(String(line.local_port ?? "–"));
    expect(cells.get("Remote port")).toContain(String(line.remote_port ?? "–"));
    expect(cells.get("Protocol")).toBe(line.protocol_name);
    expect(cells.get("Direction")?.toLowerCase()).toContain(line.direction);
    expect(cells.get("Action")).toBe(line.action === "reject" ? "Rejected" : "Accepted");
    if (line.findings.length) expect(cells.get("Annotations")).toContain(`${line.findings.length} finding`);
  }
});

test("common ports, what is new, and what is distinct have the numbers of the interface", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  const about = (panel: string, more = "") => `/entities/${finding.entity}/${panel}?from=${from}&to=${to}${more}`;
  type Port = Traffic & { port: number | null; bytes_in_per_hour: number; bytes_out_per_hour: number; share: number; remotes: number; rejected: number };
  const ports = await api<{ rows: Port[] }>(about("ports", "&limit=100"));
  await open(page, profile(finding));
  const common = page.getByRole("table", { name: "Volume by common port" });
  for (const [at, port] of ports.rows.slice(0, 10).entries()) {
    const row = common.locator("tbody tr").nth(at);
    await showsBytes(row, port.bytes_in, port.bytes_out, port.bytes_in_per_hour, port.bytes_out_per_hour);
    await expect(row.getByTitle(`${exact(port.rejected)} flow records`)).toBeVisible();
    const cells = await cellsOf(common, at);
    expect(cells.get("Server port")).toContain(String(port.port ?? "no port"));
    expect(cells.get("Share of all bytes")).toBe(percent(port.share));
    expect(cells.get("Remotes")).toBe(exact(port.remotes));
  }

  type Novel = { kind: string; value: string; bytes: number; flows: number; first: string; last: string };
  const novel = await api<{ rows: Novel[] }>(about("new"));
  const tabs: [string, string][] = [["remote_port", "Remote ports"], ["local_port", "Own ports"], ["remote_addr", "Addresses"], ["remote_net", "Networks"]];
  expect(novel.rows.length).toBeGreaterThan(0);
  for (const [kind, name] of tabs) {
    const own = novel.rows.filter((row) => row.kind === kind);
    await page.getByRole("tab", { name: `${name} (${own.length})` }).click();
    const table = page.getByRole("table", { name: `New: ${name}` });
    for (const [at, value] of own.slice(0, 10).entries()) {
      const row = table.locator("tbody tr").nth(at);
      await expect(row).toContainText(kind.endsWith("port") ? value.value.replace("/", " ").toUpperCase() : value.value);
      await showsBytes(row, value.bytes);
      await expect(row.getByTitle(`${exact(value.flows)} flow records`)).toBeVisible();
      await showsTime(row, value.first, value.last);
    }
  }

  type Bin = { start: string; remotes: number; accepted_remotes: number; ports: number };
  const distinct = await api<{ rows: Bin[] }>(about("distinct", "&bin=3600"));
  const chart = page.getByRole("application", { name: "Different remote addresses over time" });
  await chart.focus();
  expect(distinct.rows.length).toBeGreaterThan(3);
  for (const bin of distinct.rows.slice(0, 4)) {
    // The keyboard begins at the start of the scope and goes on hour by hour, of which none is empty here.
    await page.keyboard.press("ArrowRight");
    const note = page.locator(".chart-tooltip");
    await expect(note).toContainText(`${exact(bin.remotes)} different remote addresses`);
    await expect(note).toContainText(`${exact(bin.accepted_remotes)} of them with accepted traffic`);
    await expect(note).toContainText(`${exact(bin.ports)} different server ports`);
  }
});

test("an address profile and the search have the numbers of the interface", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  type Talk = Traffic & { entity: string; accepted: number; rejected: number; first: string; last: string; ports: string };
  type Head = { first_seen: string; last_seen: string; flows: number; address: { talked_to: Talk[] } };
  const head = await api<Head>(`/entities/${finding.remote_addr}?from=${from}&to=${to}`);
  await open(page, profile(finding).replace(`Ec2Instance/${finding.entity}`, `IpAddress/${finding.remote_addr}`));
  const facts = panel(page, "address");
  await showsTime(facts, head.first_seen, head.last_seen);
  await expect(facts.getByTitle(exact(head.flows), { exact: true })).toBeVisible();
  const table = page.getByRole("table", { name: "Machines that spoke with this address" });
  await expect(table.locator("tbody tr")).toHaveCount(head.address.talked_to.length);
  for (const [at, talk] of head.address.talked_to.entries()) {
    const row = table.locator("tbody tr").nth(at);
    await showsBytes(row, talk.bytes_in, talk.bytes_out);
    await showsTime(row, talk.first, talk.last);
    const cells = await cellsOf(table, at);
    expect(cells.get("Entity")).toContain(talk.entity);
    expect(cells.get("Accepted")).toBe(exact(talk.accepted));
    expect(cells.get("Rejected")).toBe(exact(talk.rejected));
    expect(cells.get("Server ports")).toBe(talk.ports.replaceAll(",", " "));
  }
  const volume = await api<{ rows: { bytes: number; direction: string }[] }>(`/entities/${finding.remote_addr}/volume?from=${from}&to=${to}&bin=3600`);
  const sent = volume.rows.filter((row) => row.direction === "outbound").reduce((sum, row) => sum + row.bytes, 0);
  await showsBytes(panel(page, "volume"), sent);

  type Found = { id: string; kind: string; name: string | null; account: string | null; matched: string; first_seen: string | null; last_seen: string | null };
  const text = `${finding.entity.slice(0, 4)}*`;
  const found = await api<{ rows: Found[]; more: boolean }>(`/search?text=${encodeURIComponent(text)}`);
  expect(found.rows.length).toBeGreaterThan(0);
  await open(page, `/#/search?q=${encodeURIComponent(text)}`);
  await expect(panel(page, "search")).toContainText(`(${found.rows.length}${found.more ? "+" : ""})`);
  const results = page.getByRole("table", { name: "Search results" });
  for (const [at, hit] of found.rows.slice(0, 25).entries()) {
    const cells = await cellsOf(results, at);
    expect(cells.get("Identifier")).toContain(hit.id);
    expect(cells.get("Name")).toBe(hit.name ?? "–");
    expect(cells.get("What matched")).toBe(hit.matched === hit.id ? "Its identifier" : hit.matched);
    expect(cells.get("Account")).toContain(hit.account ?? "–");
    await showsTime(results.locator("tbody tr").nth(at), hit.first_seen, hit.last_seen);
  }
});
