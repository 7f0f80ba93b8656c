import { expect, test } from "@playwright/test";
import type { components } from "../src/api/schema";
import { api, groupOf, torFinding } from "./support/api";
import { open, parameters } from "./support/page";

type Group = components["schemas"]["Group"];

test("from a finding to the story it belongs to, and on to its machine", async ({ page }) => {
  const finding = await torFinding();
  const group = await api<Group>(`/groups/${groupOf(finding)}`);
  expect(group.members.length).toBeGreaterThan(1);
  await open(page, "/#/groups");
  const row = page.getByRole("table", { name: "Finding groups" }).locator("tbody tr", { hasText: group.title });
  await expect(row).toContainText(group.score.toFixed(2));
  await row.getByRole("link", { name: group.title }).click();

  await expect(page.getByRole("heading", { level: 1, name: group.title })).toBeVisible();
  // Each step is told in the server's words, the machine by its name alone.
  const told = group.story.filter((line) => line.findings.length);
  const steps = page.getByRole("list", { name: "Story" }).locator("li");
  await expect(steps).toHaveCount(told.length);
  await expect(steps.locator("p")).toHaveText(told.map((line) => line.text.replaceAll(/(?:EC2 instance )?i-[0-9a-f]+ \(([^)]+)\)/g, "$1")));
  const findings = page.getByRole("table", { name: "Findings of the group" });
  await expect(findings.locator("tbody tr")).toHaveCount(Math.min(20, group.members.length));
  await expect(findings).toContainText((group.members[0]?.because ?? "").replace(/(the same machine), i-[0-9a-f]+/, "$1"));

  await findings.getByTitle(finding.title).first().getByRole("link").click();
  await expect(page).toHaveURL(/#\/findings\//);
  await page.getByRole("link", { name: "The story it belongs to" }).click();
  await expect(page).toHaveURL(new RegExp(`#/groups/${group.id}`));
});

test("every panel of a group explains itself", async ({ page }) => {
  const finding = await torFinding();
  await open(page, `/#/groups/${groupOf(finding)}`);
  for (const title of ["What happened", "Tactics", "Findings", "Who takes part"]) {
    const name = `Info: ${title}`;
    await page.getByRole("link", { name, exact: true }).or(page.getByRole("button", { name, exact: true })).click();
    await expect(page.getByRole("heading", { name: "How to read it" })).toBeVisible();
    expect(parameters(page).get("help")).toMatch(/^group/);
  }
});
