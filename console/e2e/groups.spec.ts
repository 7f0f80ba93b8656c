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
  for (const title of ["What happened", "Tactics", "Who and what is joined", "Findings", "Who takes part"]) {
    const name = `Info: ${title}`;
    await page.getByRole("link", { name, exact: true }).or(page.getByRole("button", { name, exact: true })).click();
    await expect(page.getByRole("heading", { name: "How to read it" })).toBeVisible();
    expect(parameters(page).get("help")).toMatch(/^group/);
  }
});

test("the picture of a group is laid out as asked, goes only as far in time as asked, and leads to profiles", async ({ page }) => {
  const said: string[] = [];
  page.on("console", (message) => message.type() === "error" && said.push(message.text()));
  const finding = await torFinding();
  const group = await api<Group>(`/groups/${groupOf(finding)}`);
  await open(page, `/#/groups/${group.id}`);
  const graph = page.getByRole("img", { name: /^Graph of/ });
  await expect(graph).toHaveAccessibleName(new RegExp(`^Graph of ${Math.min(100, group.entities.length)} nodes`));
  await expect(graph.locator("canvas").first()).toBeVisible();

  // In the radial layout the only machine of ours stands in the middle.
  await page.getByRole("button", { name: "Radial" }).click();
  expect(parameters(page).get("graph")).toBe("radial");
  await graph.scrollIntoViewIfNeeded();
  const box = (await graph.boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await expect.poll(() => parameters(page).get("node")).toBe(finding.entity);
  const chosen = page.locator(".graph-chosen");
  await expect(chosen.getByRole("listitem")).toHaveCount(group.members.length);
  await expect(chosen.getByRole("link", { name: finding.entity, exact: true })).toHaveAttribute("href", /scopeStart=\d+/);

  // The slider is for the keyboard as well: at its start only what came first is there.
  const slider = page.getByRole("slider", { name: "Until" });
  await slider.focus();
  await page.keyboard.press("Home");
  const first = Math.min(...group.members.map((member) => Date.parse(member.first_seen)));
  const early = new Set(group.members.filter((member) => Date.parse(member.first_seen) === first).map((member) => member.finding_id));
  const shown = group.entities.filter((entity) => entity.findings.some((id) => early.has(id))).length;
  expect(shown).toBeLessThan(group.entities.length);
  await expect(graph).toHaveAccessibleName(new RegExp(`^Graph of ${shown} nodes`));
  await expect(page.getByText(`${shown} of ${group.entities.length} shown`)).toBeVisible();
  const linked = page.url();
  await page.getByRole("button", { name: "Timeline" }).click();
  await open(page, linked);
  await expect(page.getByText(`${shown} of ${group.entities.length} shown`)).toBeVisible();
  await page.getByRole("slider", { name: "Until" }).press("End");
  await expect(graph).toHaveAccessibleName(new RegExp(`^Graph of ${group.entities.length} nodes`));
  expect(parameters(page).get("until")).toBeNull();
  expect(said).toEqual([]);
});
