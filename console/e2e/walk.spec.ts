import { expect, test } from "@playwright/test";
import { api, type Details, profile, scopeOf, torFinding } from "./support/api";
import { open, panel, parameters, placeOf, settled } from "./support/page";

test("from the list to the profile of the machine, with the scope time of the finding", async ({ page }) => {
  const finding = await torFinding();
  await open(page, "/#/findings");
  await page.getByRole("checkbox", { name: `Choose ${finding.title}` }).check();
  await page.getByRole("button", { name: "Actions" }).click();
  await page.getByRole("menuitem", { name: "Investigate" }).click();
  await expect(page.getByRole("menuitem", { name: /Finding overview/ })).toBeVisible();
  await page.getByRole("menuitem", { name: new RegExp(`Profile of|${finding.entity}`) }).first().click();
  await settled(page);
  const { from, to } = scopeOf(finding);
  expect(page.url()).toContain(`/entities/Ec2Instance/${finding.entity}`);
  expect(parameters(page).get("scopeStart")).toBe(String(from));
  expect(parameters(page).get("scopeEnd")).toBe(String(to));
  await expect(panel(page, "entity-findings")).toContainText("Behavior:EC2/NetworkPortUnusual");
});

test("a finding of the machine sets the scope time", async ({ page }) => {
  const finding = await torFinding();
  await open(page, `/#/entities/Ec2Instance/${finding.entity}`);
  expect(parameters(page).has("scopeStart")).toBe(false);
  await page.getByRole("radio", { name: "Set the scope time to UnauthorizedAccess:EC2/TorClient" }).first().click();
  await expect.poll(() => parameters(page).get("scopeStart")).toBe(String(scopeOf(finding).from));
  expect(parameters(page).get("finding")).toBe(finding.id);
});

test("Info explains the panel and proposes questions", async ({ page }) => {
  await open(page, profile(await torFinding()));
  await page.getByRole("link", { name: "Info: Overall VPC flow volume" }).or(page.getByRole("button", { name: "Info: Overall VPC flow volume" })).click();
  for (const part of ["What it shows", "How to read it", "What to ask next", "Where the numbers come from"]) {
    await expect(page.getByRole("heading", { name: part })).toBeVisible();
  }
  expect(parameters(page).get("help")).toBe("volume");
});

test("details for scope time have the numbers of the interface", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  await open(page, profile(finding));
  await page.getByRole("button", { name: "Display details for scope time" }).click();
  const table = page.getByRole("table", { name: "Activity details" });
  const expected = await api<Details>(`/entities/${finding.entity}/details?from=${from}&to=${to}&limit=20`);
  await expect(page.locator("#activity-details")).toContainText(`(${expected.total.toLocaleString("en-US")})`);
  const [first] = expected.rows;
  const row = table.locator("tbody tr").first();
  await expect(row).toContainText(first?.remote ?? "");
  await expect(row.getByTitle(`${first?.bytes_in.toLocaleString("en-US")} bytes`).first()).toBeVisible();
  await expect(row).toContainText(/\d finding/);

  await table.getByRole("button", { name: /^Outbound/ }).first().click();
  const sorted = await api<Details>(`/entities/${finding.entity}/details?from=${from}&to=${to}&limit=20&sort=bytes_out&order=desc`);
  await expect(table.locator("tbody tr").first()).toContainText(sorted.rows[0]?.remote ?? "");
  expect(parameters(page).get("sort")).toBe("bytes_out");

  const filter = page.getByRole("combobox", { name: "Filter the details" });
  await filter.fill("10.0.0.0/8");
  await filter.press("Enter");
  const inside = await api<Details>(`/entities/${finding.entity}/details?from=${from}&to=${to}&limit=20&remote=10.0.0.0%2F8`);
  await expect(page.locator("#activity-details")).toContainText(`${inside.total.toLocaleString("en-US")} match`);
  expect(parameters(page).get("filter")).toBe("cidr=10.0.0.0/8");
  await page.getByRole("button", { name: /Clear filters/ }).click();

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "CSV: Activity details" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
});

test("a row is drawn on the charts, and the overall traffic can be switched off", async ({ page }) => {
  await open(page, profile(await torFinding(), "&details=scope"));
  const series = page.waitForResponse((response) => response.url().includes("/series?"));
  await page.getByRole("table", { name: "Activity details" }).locator("tbody tr").first().getByRole("checkbox").check();
  expect((await series).ok()).toBe(true);
  await expect(page.locator("#activity-details .swatch.line")).toHaveCount(1);
  await expect.poll(() => parameters(page).get("rows")).toBeTruthy();
  await page.getByRole("checkbox", { name: "Overall traffic" }).click();
  await expect.poll(() => parameters(page).get("overall")).toBe("0");
  // Whoever opens this address sees the same.
  await page.reload();
  await settled(page);
  await expect(page.locator("#activity-details .swatch.line")).toHaveCount(1);
  await expect(page.getByRole("checkbox", { name: "Overall traffic" })).not.toBeChecked();
});

test("a click on a bar gives its details, a drag sets the scope time, and back undoes it", async ({ page }) => {
  await open(page, profile(await torFinding()));
  const chart = page.getByRole("application", { name: "Inbound volume over time" });
  const bar = await placeOf(chart, 0.5);
  await page.mouse.move(bar.x, bar.y);
  await expect(page.locator(".chart-tooltip")).toContainText("Inbound");
  await page.mouse.click(bar.x, bar.y);
  await expect.poll(() => parameters(page).get("details")).toMatch(/^\d+-\d+$/);
  const [start, end] = (parameters(page).get("details") ?? "").split("-").map(Number);
  expect((end ?? 0) - (start ?? 0)).toBe(3_600);

  const before = parameters(page).get("scopeStart");
  const [left, right] = [await placeOf(chart, 0.3), await placeOf(chart, 0.6)];
  await page.mouse.move(left.x, left.y);
  await page.mouse.down();
  await page.mouse.move(right.x - 20, right.y, { steps: 5 });
  await page.mouse.move(right.x, right.y);
  await page.mouse.up();
  await expect.poll(() => parameters(page).get("scopeStart")).not.toBe(before);
  await page.goBack();
  await expect.poll(() => parameters(page).get("scopeStart")).toBe(before);
});

test("the charts work with the keyboard alone", async ({ page }) => {
  await open(page, profile(await torFinding()));
  const chart = page.getByRole("application", { name: "Outbound volume over time" });
  await chart.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.locator(".chart-tooltip").first()).toContainText("Outbound");
  await page.keyboard.press("Enter");
  await expect.poll(() => parameters(page).get("details")).toMatch(/^\d+-\d+$/);
  const before = parameters(page).get("scopeStart");
  await chart.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Enter");
  await expect.poll(() => Number(parameters(page).get("scopeEnd")) - Number(parameters(page).get("scopeStart"))).toBe(3 * 3_600);
  expect(before).not.toBeNull();
});

test("the answers are read without being opened, several open at once, and each has its rows and its query", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  type Answer = { question: string; answer: string; caveats: string[]; rows: { service: string; remote: string; new: boolean }[] };
  const answers = await api<Record<string, Answer>>(`/entities/${finding.entity}/answers?from=${from}&to=${to}&finding=${finding.id}`);
  await open(page, profile(finding, `&finding=${finding.id}`));
  const card = (name: string) => page.locator(`[data-answer="${name}"]`);
  for (const name of ["ports", "transfer", "permission", "reach"]) {
    await expect(card(name)).toContainText(answers[name]?.question ?? "");
    await expect(card(name).locator(".answer-verdict")).not.toBeEmpty();
    for (const caveat of answers[name]?.caveats ?? []) await expect(card(name)).toContainText(caveat);
    await expect(card(name)).toContainText(/Confidence: (High|Medium|Low)/);
    await expect(card(name).getByRole("table")).toHaveCount(0);
    // The sentences of the interface are what is copied.
    await card(name).getByRole("button", { name: /^Copy: / }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(answers[name]?.answer);
  }
  const fresh = answers.ports?.rows.filter((row) => row.new) ?? [];
  expect(fresh.length).toBeGreaterThan(0);
  for (const row of fresh.slice(0, 3)) await expect(card("ports").locator(".answer-verdict")).toContainText(row.service);
  await expect(card("permission").getByRole("list", { name: "Facts" })).toContainText(answers.permission?.rows[0]?.remote ?? "");

  await card("permission").getByRole("button", { name: /behind it/ }).click();
  await card("ports").getByRole("button", { name: /behind it/ }).click();
  await expect(card("permission").getByRole("table")).toContainText(/sg-/);
  await expect(card("ports").getByRole("table")).toContainText(answers.ports?.rows[0]?.service ?? "");
  expect(parameters(page).get("answer")).toBe("permission,ports");
  await page.getByRole("button", { name: `View query: ${answers.permission?.question}` }).click();
  await expect(page.getByLabel("SQL", { exact: true })).toContainText("SELECT");
});

test("a port of an answer leads to its traffic", async ({ page }) => {
  const finding = await torFinding();
  await open(page, profile(finding, `&finding=${finding.id}`));
  await page.locator('[data-answer="ports"]').getByRole("list", { name: "Facts" }).getByRole("link", { name: /TCP 9001/ }).click();
  await expect.poll(() => parameters(page).get("filter")).toBe("remote_port=9001");
  const { from, to } = scopeOf(finding);
  const expected = await api<Details>(`/entities/${finding.entity}/details?from=${from}&to=${to}&remote_port=9001`);
  await expect(page.locator("#activity-details")).toContainText(`${expected.total.toLocaleString("en-US")} match`);
});

test("the answers follow the window of the details, and lead back to the scope time", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  await open(page, profile(finding));
  const bar = await placeOf(page.getByRole("application", { name: "Outbound volume over time" }), 0.45);
  await page.mouse.click(bar.x, bar.y);
  await expect.poll(() => parameters(page).get("details")).toMatch(/^\d+-\d+$/);
  await settled(page);
  const [start, end] = (parameters(page).get("details") ?? "").split("-").map(Number);
  type Volume = { ports: { rows: unknown[] }; transfer: { rows: { about: string; bytes: number }[] } };
  const hour = await api<Volume>(`/entities/${finding.entity}/answers?from=${start}&to=${end}`);
  const whole = await api<Volume>(`/entities/${finding.entity}/answers?from=${from}&to=${to}`);
  const ports = (answers: Volume) => new RegExp(`^${answers.ports.rows.length} ports? behind it$`);
  expect(hour.ports.rows.length).not.toBe(whole.ports.rows.length);
  await expect(panel(page, "answers")).toContainText("the window of the details");
  await expect(page.locator('[data-answer="ports"]').getByRole("button", { name: ports(hour) })).toBeVisible();
  await page.getByRole("button", { name: "Answer for scope time" }).click();
  await expect(page.locator('[data-answer="ports"]').getByRole("button", { name: ports(whole) })).toBeVisible();
  await expect(panel(page, "answers")).not.toContainText("the window of the details");
});

test("every finding in view is marked on the chart, and those that coincide are listed", async ({ page }) => {
  const finding = await torFinding();
  const { rows } = await api<{ rows: { finding_type: string; first_seen: string; last_seen: string }[] }>(`/findings?entity=${finding.entity}&limit=100`);
  await open(page, profile(finding));
  const marks = panel(page, "volume").locator(".mark");
  // All of them are of the day of the intrusion, which the chart shows with its peripheral time.
  expect(rows.length).toBeGreaterThan(5);
  await expect(marks).toHaveCount(rows.length);
  const places = await marks.locator(".mark-start").evaluateAll((starts) => starts.map((start) => start.getBoundingClientRect()).map(({ x, y }) => [x, y]));
  for (const [at, [x, y]] of places.entries()) {
    for (const [other, line] of places.slice(at + 1)) expect(Math.abs((x ?? 0) - (other ?? 0)) > 8 || Math.abs((y ?? 0) - (line ?? 0)) > 8, "a mark hides another").toBe(true);
  }
  const first = [...rows].sort((a, b) => a.first_seen.localeCompare(b.first_seen));
  const together = first.filter((row) => row.first_seen === first[0]?.first_seen);
  expect(together.length).toBeGreaterThan(1);
  await marks.first().scrollIntoViewIfNeeded();
  const diamond = await marks.first().locator(".mark-start").boundingBox();
  if (!diamond) throw new Error("the mark is not on screen");
  await page.mouse.move(diamond.x + diamond.width / 2, diamond.y + diamond.height / 2);
  for (const row of together) await expect(page.locator(".chart-tooltip")).toContainText(row.finding_type);
});

test("the charts stay where they are under the pointer", async ({ page }) => {
  await open(page, profile(await torFinding()));
  const charts = page.getByRole("application");
  const before = await charts.evaluateAll((all) => all.map((chart) => chart.getBoundingClientRect().top + scrollY));
  const bar = await placeOf(page.getByRole("application", { name: "Inbound volume over time" }), 0.45);
  await page.mouse.move(bar.x, bar.y);
  await expect(page.locator(".way-hover").first()).not.toBeEmpty();
  expect(await charts.evaluateAll((all) => all.map((chart) => chart.getBoundingClientRect().top + scrollY))).toEqual(before);
});

test("a finding is put away and taken back", async ({ page }) => {
  const finding = await torFinding();
  await open(page, `/#/findings/${finding.id}`);
  await page.getByRole("button", { name: "Archive" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
  await expect(page.getByRole("button", { name: "Take back" })).toBeVisible();
  await open(page, "/#/findings");
  await expect(page.getByText("UnauthorizedAccess:EC2/TorClient")).toHaveCount(0);
  await page.getByRole("button", { name: "Archived", exact: true }).click();
  await expect(page.getByText("UnauthorizedAccess:EC2/TorClient").first()).toBeVisible();
  await open(page, `/#/findings/${finding.id}`);
  await page.getByRole("button", { name: "Take back" }).click();
  await expect(page.getByRole("button", { name: "Archive" })).toBeVisible();
});
