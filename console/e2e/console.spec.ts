import { expect, test } from "@playwright/test";
import { profile, scopeOf, torFinding } from "./support/api";
import { open, panel, parameters, settled } from "./support/page";

test("deep links work with and without the slash", async ({ page }) => {
  const finding = await torFinding();
  const { from, to } = scopeOf(finding);
  await open(page, `/#entities/Ec2Instance/${finding.entity}?scopeStart=${from}&scopeEnd=${to}`);
  await expect(page.getByRole("button", { name: /Scope time/ })).toBeVisible();
  await expect(panel(page, "volume")).toContainText("Inbound");
  await open(page, `/#findings/GuardDuty/${finding.id}`);
  await expect(panel(page, "evidence")).toContainText("It would not have fired");
});

test("the scope time is carried from page to page", async ({ page }) => {
  await open(page, profile(await torFinding()));
  const start = parameters(page).get("scopeStart");
  await page.getByRole("link", { name: "Machines" }).first().click();
  await settled(page);
  expect(parameters(page).get("scopeStart")).toBe(start);
  await page.getByRole("link", { name: "Summary" }).first().click();
  await settled(page);
  expect(parameters(page).get("scopeStart")).toBe(start);
});

test("the scope time can be a length back from the end of the data", async ({ page }) => {
  await open(page, "/#/");
  await page.getByRole("button", { name: /Scope time/ }).click();
  await page.getByRole("radio", { name: "Last 7 days" }).check();
  await page.getByRole("button", { name: "Apply" }).click();
  await expect.poll(() => parameters(page).get("scopeLast")).toBe("7d");
  await settled(page);
});

test("times are written in UTC or as this computer has them", async ({ page }) => {
  await open(page, "/#/sources");
  await expect(page.locator("time").first()).toContainText("UTC");
  await page.getByRole("button", { name: /change to local time/ }).click();
  await expect(page.locator("time").first()).toContainText(/UTC\+0[12]:00/);
  expect(parameters(page).get("tz")).toBe("local");
});

test("dark mode is kept", async ({ page }) => {
  await open(page, "/#/sources");
  await page.getByRole("button", { name: "Dark mode" }).click();
  await expect(page.locator("body")).toHaveClass(/awsui-dark-mode/);
  await page.reload();
  await settled(page);
  await expect(page.locator("body")).toHaveClass(/awsui-dark-mode/);
});

test("search finds an instance, a network and a pattern", async ({ page }) => {
  const finding = await torFinding();
  await open(page, "/#/");
  await page.keyboard.press("/");
  await page.keyboard.type(finding.entity);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("table", { name: "Search results" })).toContainText(finding.entity);
  for (const text of [`${finding.remote_addr}/32`, `${finding.entity.slice(0, 8)}*`]) {
    await open(page, `/#/search?q=${encodeURIComponent(text)}`);
    await expect(page.getByRole("table", { name: "Search results" }).locator("tbody tr")).not.toHaveCount(0);
  }
});

test("an address has a profile of its own", async ({ page }) => {
  const finding = await torFinding();
  await open(page, profile(finding).replace(`Ec2Instance/${finding.entity}`, `IpAddress/${finding.remote_addr}`));
  await expect(panel(page, "address")).toContainText(finding.remote_addr);
  await expect(panel(page, "talked-to")).toContainText(finding.entity);
});

test("what does not exist is said, not shown as empty", async ({ page }) => {
  await open(page, "/#/entities/Ec2Instance/i-00000000000000000");
  await expect(page.getByText("The inventory does not know it either")).toBeVisible();
  await page.goto("/#/findings/nothing");
  await expect(page.getByText("there is no finding")).toBeVisible();
});

test("an empty lake tells how to begin", async ({ page }) => {
  await page.goto(`${process.env.EMPTY_CONSOLE_URL}/#/`);
  await expect(page.getByRole("heading", { name: "Begin", exact: true })).toBeVisible();
  await expect(page.getByText("weir ingest ./AWSLogs")).toBeVisible();
});

test("a server that asks for a token refuses a wrong one in words, and takes the right one", async ({ page }) => {
  await page.goto(`${process.env.TOKEN_CONSOLE_URL}/#/`);
  await page.getByLabel("Token").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The server does not know this token")).toBeVisible();
  await page.getByLabel("Token").fill(process.env.TOKEN ?? "");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { name: "Begin", exact: true })).toBeVisible();
});

test("it works on a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const finding = await torFinding();
  for (const path of ["/#/", "/#/findings", `/#/findings/${finding.id}`, profile(finding, "&details=scope")]) {
    await open(page, path);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  }
});
