import { expect, type Locator, type Page, test } from "@playwright/test";
import { profile, scopeOf, torFinding } from "./support/api";
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

test("the whole walk without a mouse", async ({ page }) => {
  test.setTimeout(180_000);
  const finding = await torFinding();
  await open(page, "/#/findings");

  // The list: choose the finding, Actions, Investigate, the profile.
  await tabTo(page, page.getByRole("checkbox", { name: `Choose ${finding.title}` }));
  await page.keyboard.press("Space");
  await page.keyboard.press("Home");
  const actions = page.getByRole("button", { name: "Actions" });
  for (let back = 0; back < 60 && !(await actions.evaluate((element) => element === document.activeElement)); back += 1) await page.keyboard.press("Shift+Tab");
  await expect(actions).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Investigate" })).toBeVisible();
  await page.keyboard.press("ArrowRight");
  const machine = page.getByRole("menuitem", { name: new RegExp(`Profile of|${finding.entity}`) }).first();
  await expect(machine).toBeVisible();
  for (let down = 0; down < 8 && !(await machine.evaluate((element) => element === document.activeElement || element.contains(document.activeElement))); down += 1) {
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
  await settled(page);
  expect(page.url()).toContain(`/entities/Ec2Instance/${finding.entity}`);
  expect(parameters(page).get("scopeStart")).toBe(String(scopeOf(finding).from));

  // The profile: a finding, the Info of the volume, the details of the scope, a row as a line.
  await tabTo(page, panel(page, "entity-findings").getByRole("radio", { checked: true }));
  const chosen = parameters(page).get("finding");
  await page.keyboard.press("ArrowDown");
  await expect.poll(() => parameters(page).get("finding")).not.toBe(chosen);
  await settled(page);
  const info = page.getByRole("link", { name: "Info: Overall VPC flow volume" }).or(page.getByRole("button", { name: "Info: Overall VPC flow volume" }));
  await tabTo(page, info);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "What to ask next" })).toBeVisible();
  await open(page, profile(finding));
  await tabTo(page, page.getByRole("button", { name: "Display details for scope time" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("table", { name: "Activity details" }).locator("tbody tr").first()).toBeVisible();

  // A spike on the chart, then a row of the details drawn on it.
  await open(page, profile(finding, "&details=scope"));
  await tabTo(page, page.getByRole("application", { name: "Outbound volume over time" }));
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect.poll(() => parameters(page).get("details")).toMatch(/^\d+-\d+$/);
  await settled(page);
  await tabTo(page, page.getByRole("table", { name: "Activity details" }).locator("tbody tr").first().getByRole("checkbox"));
  await page.keyboard.press("Space");
  await expect.poll(() => parameters(page).get("rows")).toBeTruthy();

  // The answers.
  await open(page, profile(finding, `&finding=${finding.id}`));
  await tabTo(page, page.locator('[data-answer="permission"]').getByRole("button", { name: /behind it/ }), 260);
  await page.keyboard.press("Enter");
  await expect(page.locator('[data-answer="permission"]')).toContainText(/sg-/);
});
