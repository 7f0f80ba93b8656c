import { render, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Group, GroupSummary } from "../api/types";
import { Entities } from "../panels/group/EntitiesPanel";
import { Members } from "../panels/group/MembersPanel";
import { Story } from "../panels/group/StoryPanel";
import { TacticsPanel } from "../panels/group/TacticsPanel";
import { GroupView } from "./GroupPage";
import { GroupTable } from "./GroupsPage";

// There is no canvas here; the picture is looked at in a browser.
vi.mock("../panels/group/GroupGraph", () => ({ default: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));

const MACHINE = "i-0123456789abcdef0";
const scope = { from: 1_795_485_600, to: 1_795_500_000 };
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
  entities: [MACHINE, "i-2", "i-3", "i-4", "i-5"],
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
    { tactic: "Lateral Movement", stage: 4, first_seen: summary.first_seen, last_seen: summary.first_seen, findings: ["f1"], entities: [MACHINE], in_chain: true },
    { tactic: "Exfiltration", stage: 6, first_seen: summary.last_seen, last_seen: summary.last_seen, findings: ["f2"], entities: [MACHINE], in_chain: true },
    { tactic: "Discovery", stage: 3, first_seen: summary.first_seen, last_seen: summary.first_seen, findings: ["f1"], entities: [MACHINE], in_chain: false },
  ],
  story: [
    { at: summary.first_seen, text: `2 findings within 4 hours on ${MACHINE} (web).`, tactic: null, findings: [] },
    { at: summary.first_seen, text: `At 02:00 UTC, EC2 instance ${MACHINE} (web) is using SSH.`, tactic: "Lateral Movement", findings: ["f1"] },
  ],
  members: ["f1", "f2"].map((id, index) => ({
    finding_id: id,
    finding_type: index ? "Weir:EC2/Exfiltration" : "Weir:EC2/LateralMovement",
    title: `finding ${id}`,
    entity: MACHINE,
    entity_name: "web",
    severity: index ? 8 : 3, severity_word: index ? "high" : "low",
    confidence: 0.8,
    technique,
    first_seen: summary.first_seen,
    last_seen: summary.last_seen,
    count: 1,
    archived: false,
    weak: index === 0,
    because: `Linked with an earlier finding by the same machine, ${MACHINE}; 1 hour apart.`,
  })),
  links: [],
  entities: [
    { id: MACHINE, name: "web", side: "local", findings: ["f1", "f2"], tactics: ["Lateral Movement", "Exfiltration"] },
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
    expect(screen.getByText("No findings belong together")).toBeTruthy();
  });
});

describe("a group", () => {
  it("leads with what it is, then tells each step in order, with the machine's name instead of its identifier", () => {
    render(<Story group={group} scope={scope} />);
    const lines = within(screen.getByRole("list", { name: "Story" })).getAllByRole("listitem");
    expect(lines).toHaveLength(1);
    expect(lines[0]?.textContent).toContain("At 02:00 UTC, web is using SSH.");
    expect(within(lines[0]!).getByText("Low")).toBeTruthy();
    expect(within(lines[0]!).getByText("Finding").closest("a")?.getAttribute("href")).toBe("#/findings/f1");
    expect(screen.getByText(/2 findings within 4 hours on/).textContent).toBe("2 findings within 4 hours on web.");
    expect(screen.getAllByText("web")[0]?.closest("a")?.getAttribute("href")).toBe(`#/entities/Ec2Instance/${MACHINE}?scopeEnd=${scope.to}&scopeStart=${scope.from}`);
  });

  it("says which tactics make the chain", () => {
    render(<TacticsPanel group={group} scope={scope} request="/" />);
    const [first, , third] = within(screen.getByRole("list", { name: "Tactics" })).getAllByRole("listitem");
    expect(first?.textContent).toContain("Lateral MovementStep 1 of the chain1 finding");
    expect(third?.textContent).toContain("Beside the chain");
  });

  it("leads to its findings, and says why each is there", () => {
    render(<Members members={group.members} scope={scope} />);
    expect(screen.getByText("finding f2").closest("a")?.getAttribute("href")).toBe("#/findings/f2");
    expect(screen.getAllByText(/Linked with an earlier finding by the same machine; 1 hour apart/)).toHaveLength(2);
    expect(screen.getByText("A weak signal")).toBeTruthy();
  });

  it("shows who takes part on which side", () => {
    render(<Entities entities={group.entities} scope={scope} />);
    expect(screen.getByText("The other side")).toBeTruthy();
    expect(screen.getByText("203.0.113.9").closest("a")?.getAttribute("href")).toBe(`#/entities/IpAddress/203.0.113.9?scopeEnd=${scope.to}&scopeStart=${scope.from}`);
  });

  it("has all of it on its page, with what was merged into it", { timeout: 30_000 }, () => {
    render(<GroupView group={group} />);
    expect(screen.getByText(group.severity_reason)).toBeTruthy();
    expect(screen.getByText("cd".repeat(16))).toBeTruthy();
    expect(screen.getAllByText("CSV")).toHaveLength(6);
  });
});
