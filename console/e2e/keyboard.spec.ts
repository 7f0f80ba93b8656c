import { expect, type Locator, type Page, test } from "@playwright/test";
import { api, type Details, scopeOf, torFinding } from "./support/api";
import { open, panel, parameters, settled } from "./support/page";

/** Presses Tab until the element has the focus, as somebody without a mouse has to. */
async function tabTo(page: Page, wanted: Locator, most = 160): Promise<void> {
  await expect(wanted).toBeVisible();
  for (let pressed = 0; pressed < most; pressed += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement || element.contains(document.activeElement))) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`not reached with ${most} presses of Tab`);
}

/** Presses a key until the element has the focus. */
async function pressTo(page: Page, key: string, wanted: Locator, most: number): Promise<void> {
  for (let pressed = 0; pressed < most; pressed += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement || element.contains(document.activeElement))) return;
    await page.keyboard.press(key);
  }
  throw new Error(`not reached with ${most} presses of ${key}`);
}

test("the whole walk without a mouse, and without loading a page again", async ({ page }) => {
  test.setTimeout(240_000);
  const finding = await torFinding();
  await open(page, "/#/findings");
  // Whatever loads the page again forgets this.
  await page.evaluate(() => ((window as unknown as { walked: boolean }).walked = true));

  // The list: choose the finding, Actions, Investigate, the profile.
  await tabTo(page, page.getByRole("checkbox", { name: `Choose ${finding.title}` }));
  await page.keyboard.press("Space");
  await pressTo(page, "Shift+Tab", page.getByRole("button", { name: "Actions" }), 80);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Investigate" })).toBeVisible();
  await page.keyboard.press("ArrowRight");
  const machine = page.getByRole("menuitem", { name: new RegExp(`Profile of|${finding.entity}`) }).first();
  await expect(machine).toBeVisible();
  await pressTo(page, "ArrowDown", machine, 8);
  await page.keyboard.press("Enter");
  await settled(page);
  expect(page.url()).toContain(`/entities/Ec2Instance/${finding.entity}`);
  expect(parameters(page).get("scopeStart")).toBe(String(scopeOf(finding).from));

  // The profile: another finding and back to the first, which set the scope time.
  await tabTo(page, panel(page, "entity-findings").getByRole("radio", { checked: true }));
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => parameters(page).get("finding")).not.toBe(finding.id);
  await settled(page);
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => parameters(page).get("finding")).toBe(finding.id);
  expect(parameters(page).get("scopeStart")).toBe(String(scopeOf(finding).from));
  await settled(page);

  // The details of the scope: sorted, filtered, a row drawn on the charts.
  await tabTo(page, page.getByRole("button", { name: "Display details for scope time" }));
  await page.keyboard.press("Enter");
  const table = page.getByRole("table", { name: "Activity details" });
  await expect(table.locator("tbody tr").first()).toBeVisible();
  const filter = page.getByRole("combobox", { name: "Filter the details" });
  await tabTo(page, filter);
  await page.keyboard.type("9001");
  await page.keyboard.press("Enter");
  await expect.poll(() => parameters(page).get("filter")).toBe("port=9001");
  await tabTo(page, table.getByRole("button", { name: /^Outbound/ }).first());
  await page.keyboard.press("Enter");
  await expect.poll(() => parameters(page).get("sort")).toBe("bytes_out");
  const { from, to } = scopeOf(finding);
  const expected = await api<Details>(`/entities/${finding.entity}/details?from=${from}&to=${to}&port=9001&sort=bytes_out&order=desc&limit=20`);
  await expect(table.locator("tbody tr").first()).toContainText(expected.rows[0]?.remote ?? "");
  await expect(page.locator("#activity-details")).toContainText(`${expected.total.toLocaleString("en-US")} match`);
  await tabTo(page, table.locator("tbody tr").first().getByRole("checkbox"));
  await page.keyboard.press("Space");
  await expect.poll(() => parameters(page).get("rows")).toBeTruthy();
  await expect(page.locator("#activity-details .swatch.line")).toHaveCount(1);

  // The chart above: an interval, and the answers that follow it.
  await pressTo(page, "Shift+Tab", page.getByRole("application", { name: "Outbound volume over time" }), 120);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect.poll(() => parameters(page).get("details")).toMatch(/^\d+-\d+$/);
  await settled(page);
  await expect(panel(page, "answers")).toContainText("the window of the details");

  // The answers, then what the panel says of itself.
  const rules = page.locator('[data-answer="permission"]');
  await tabTo(page, rules.getByRole("button", { name: /behind it/ }), 300);
  await page.keyboard.press("Enter");
  await expect(rules.getByRole("table")).toContainText(/sg-/);
  await pressTo(page, "Shift+Tab", page.getByRole("link", { name: "Info: Answers" }).or(page.getByRole("button", { name: "Info: Answers" })), 120);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "What to ask next" })).toBeVisible();

  // Back, step by step, to the list of findings.
  for (let back = 0; back < 15 && !page.url().endsWith("#/findings"); back += 1) {
    const here = page.url();
    // A headless browser has no window whose keys mean back, so its history is asked as the key would ask it.
    await page.goBack();
    await expect.poll(() => page.url()).not.toBe(here);
  }
  await settled(page);
  await expect(page.getByRole("table", { name: "Findings", exact: true })).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as { walked?: boolean }).walked)).toBe(true);
});
