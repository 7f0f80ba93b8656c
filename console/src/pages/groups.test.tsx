import { render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Group, GroupSummary } from "../api/types";
import { Entities, GroupView, Members, Story } from "./GroupPage";
import { GroupTable } from "./GroupsPage";

const technique = { id: "T1021", name: "Remote Services", tactic: "Lateral Movement" };

const summary: GroupSummary = {
  id: "ab".repeat(16),
  title: "Lateral Movement, then Exfiltration on i-1 and 4 other machines",
  severity: 8,
  severity_word: "high",
  score: 1.234,
  archived: false,
  first_seen: "2026-11-24T02:00:00Z",
  last_seen: "2026-11-24T06:00:00Z",
  findings: 2,
  chain: ["Lateral Movement", "Exfiltration"],
  entities: ["i-1", "i-2", "i-3", "i-4", "i-5"],
  entity_count: 5,
};

const group: Group = {
  id: summary.id,
  title: summary.title,
  severity: 8, severity_word: "high",
  severity_reason: "That of its gravest finding.",
  score: 1.234,
  archived: false,
  first_seen: summary.first_seen,
  last_seen: summary.last_seen,
  chain: summary.chain,
  tactics: [
    { tactic: "Lateral Movement", stage: 4, first_seen: summary.first_seen, last_seen: summary.first_seen, findings: ["f1"], entities: ["i-1"], in_chain: true },
    { tactic: "Exfiltration", stage: 6, first_seen: summary.last_seen, last_seen: summary.last_seen, findings: ["f2"], entities: ["i-1"], in_chain: true },
  ],
  story: [
    { at: summary.first_seen, text: "2 findings within 4 hours on i-1.", tactic: null, findings: [] },
    { at: summary.first_seen, text: "At 02:00 UTC, i-1 is using SSH.", tactic: "Lateral Movement", findings: ["f1"] },
  ],
  members: ["f1", "f2"].map((id, index) => ({
    finding_id: id,
    finding_type: index ? "Weir:EC2/Exfiltration" : "Weir:EC2/LateralMovement",
    title: `finding ${id}`,
    entity: "i-1",
    entity_name: "web",
    severity: index ? 8 : 3, severity_word: index ? "high" : "low",
    confidence: 0.8,
    technique,
    first_seen: summary.first_seen,
    last_seen: summary.last_seen,
    count: 1,
    archived: false,
    weak: index === 0,
    because: "Linked with an earlier finding by the same machine, i-1; 1 hour apart.",
  })),
  links: [],
  entities: [
    { id: "i-1", name: "web", side: "local", findings: ["f1", "f2"], tactics: ["Lateral Movement", "Exfiltration"] },
    { id: "203.0.113.9", name: null, side: "remote", findings: ["f2"], tactics: ["Exfiltration"] },
  ],
  entity_count: 2,
  merged: [{ id: "cd".repeat(16), findings: ["f2", "f3"], merged_at: summary.last_seen, by: "f1" }],
};

describe("the list of groups", () => {
  it("leads to each group and names its machines", () => {
    render(<GroupTable groups={[summary]} />);
    expect(screen.getByText(summary.title).closest("a")?.getAttribute("href")).toBe(`#/groups/${summary.id}`);
    expect(screen.getByText("High")).toBeTruthy();
    expect(screen.getByText("and 2 more")).toBeTruthy();
  });

  it("says when nothing belongs together", () => {
    render(<GroupTable groups={[]} />);
    expect(screen.getByText("No findings belong together.")).toBeTruthy();
  });
});

describe("a group", () => {
  it("tells its story in order", () => {
    render(<Story group={group} />);
    const lines = within(screen.getByRole("list", { name: "Story" })).getAllByRole("listitem");
    expect(lines.map((line) => line.textContent)).toEqual(group.story.map((line) => line.text));
  });

  it("leads to its findings, and says why each is there", () => {
    render(<Members members={group.members} />);
    expect(screen.getByText("finding f2").closest("a")?.getAttribute("href")).toBe("#/findings/f2");
    expect(screen.getAllByText(/Linked with an earlier finding/)).toHaveLength(2);
    expect(screen.getByText("A weak signal")).toBeTruthy();
  });

  it("shows who takes part on which side", () => {
    render(<Entities entities={group.entities} />);
    expect(screen.getByText("Remote")).toBeTruthy();
    expect(screen.getByText("203.0.113.9").closest("a")?.getAttribute("href")).toBe("#/entities/IpAddress/203.0.113.9");
  });

  it("has all of it on its page, with what was merged into it", { timeout: 30_000 }, () => {
    render(<GroupView group={group} />);
    expect(screen.getByText(group.severity_reason)).toBeTruthy();
    expect(screen.getByText("cd".repeat(16))).toBeTruthy();
  });
});
