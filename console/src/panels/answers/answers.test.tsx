import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import { AnswerCard } from "./AnswerCard";
import { portFacts } from "./facts";
import { connectedWords } from "./sides";
import { portsVerdict, reachVerdict, transferVerdict } from "./verdicts";

const answer = {
  question: "What else may be affected?",
  answer: "1 other entity exchanged traffic with it.",
  verdict: "others",
  rows: [{ entity: "i-2" }],
  query: "SELECT 2",
  confidence: 0.8,
  caveats: ["Only 3.0 days of data lie before this time."],
};

afterEach(() => {
  window.location.hash = "";
});

const card = (name: "reach" | "ports" = "reach") => (
  <AnswerCard name={name} answer={answer} about="i-1, 2026-08-31 01:00 – 02:00 UTC" verdict="Yes: 1 machine spoke with the same remotes." facts={[{ key: "1", words: "i-2 spoke with 192.0.2.1" }]} noun="contact">
    {(rows) => <b>{`row of ${name}: ${rows[0]?.entity}`}</b>}
  </AnswerCard>
);

describe("an answer", () => {
  it("says its verdict and its facts without being opened, and how sure it is in words", () => {
    render(card());
    expect(screen.getByRole("heading", { name: answer.question })).toBeTruthy();
    expect(screen.getByText("Others are touched")).toBeTruthy();
    expect(screen.getByText("Yes: 1 machine spoke with the same remotes.")).toBeTruthy();
    expect(screen.getByText("i-2 spoke with 192.0.2.1")).toBeTruthy();
    expect(screen.getByText(/Only 3.0 days/)).toBeTruthy();
    expect(screen.getByTitle("confidence 80 %").textContent).toBe("Confidence: High");
  });

  it("opens its rows beside those of another, and that stands in the address", async () => {
    render(
      <>
        {card("ports")}
        {card("reach")}
      </>,
    );
    expect(screen.queryByText(/row of/)).toBeNull();
    for (const button of screen.getAllByRole("button", { name: "1 contact behind it" })) await userEvent.click(button);
    expect(await screen.findByText("row of ports: i-2")).toBeTruthy();
    expect(await screen.findByText("row of reach: i-2")).toBeTruthy();
    expect(window.location.hash).toContain("answer=ports,reach");
  });

  it("is copied in sentences", async () => {
    const user = userEvent.setup();
    render(card());
    await user.click(screen.getByRole("button", { name: `Copy: ${answer.question}` }));
    expect(await navigator.clipboard.readText()).toBe([answer.question, "About i-1, 2026-08-31 01:00 – 02:00 UTC.", answer.answer, ...answer.caveats].join("\n"));
  });
});

const base = { question: "", answer: "", query: "", confidence: 1, caveats: [] };
const port = { side: "client", port: 9001, protocol: 6, service: "tor-or (TCP 9001)", bytes_in: 1_024, bytes_out: 2_048, flows: 3, rejected: 0, remotes: 2, new: true, since: null, confidence: 1, in_finding: true } as const;
const way = { about: "direction", direction: "outbound", bytes: 9_000, expected: 900, expected_high: 1_500, factor: 10, peak: "2026-08-31T01:00:00Z", peak_bytes: 3 * 2 ** 30, peak_expected: 2 ** 20, peak_high: 2 ** 21, hours_above: 2 } as const;

describe("a verdict in a line", () => {
  it("names what is new, three at most", () => {
    const rows = [port, { ...port, service: "B" }, { ...port, service: "C" }, { ...port, service: "D" }, { ...port, service: "known", new: false }];
    expect(portsVerdict({ ...base, verdict: "new", rows })).toBe("New: tor-or (TCP 9001), B, C and 1 more.");
    expect(portsVerdict({ ...base, verdict: "quiet", rows: [] })).toBe("No traffic was recorded in this time.");
    expect(portsVerdict({ ...base, verdict: "no-data", rows: [] })).toBe("There are no data for this time, so nothing can be said.");
  });

  it("says how large a transfer was, only of the ways that stand out", () => {
    const rows = [{ ...way, direction: "inbound", hours_above: 0 }, way];
    expect(transferVerdict({ ...base, verdict: "large", rows })).toBe("Yes: 3.00 GiB outbound (usually 1.00 MiB) in one hour.");
    expect(transferVerdict({ ...base, verdict: "usual", rows })).toMatch(/^No: /);
  });

  it("tells the machines that others are from the contacts they had", () => {
    const contact = { kind: "same-remote", entity: "i-2", name: null, remote: "192.0.2.1", bytes_in: 1, bytes_out: 1, accepted: 1, rejected: 0, ports: "", first: "", last: "", in_scope: true } as const;
    const rows = [contact, { ...contact, remote: "192.0.2.2" }, { ...contact, kind: "new-internal" as const, entity: "i-3" }];
    expect(reachVerdict({ ...base, verdict: "others", rows }, "i-1")).toBe("Yes: 1 machine spoke with the same remotes; 1 machine inside was contacted for the first time.");
    expect(reachVerdict({ ...base, verdict: "none-known", rows: [] }, "i-1")).toBe("Nobody else is known to be affected.");
  });
});

describe("the facts of an answer", () => {
  it("lead from a port to its traffic, and have exact numbers on hover", () => {
    render(<ul>{portFacts({ ...base, verdict: "new", rows: [port] }, { entity: "i-1", range: { from: 0, to: 3_600 } }).map((fact) => <li key={fact.key}>{fact.words}</li>)}</ul>);
    expect(screen.getByText("tor-or (TCP 9001)").closest("a")?.getAttribute("href")).toBe("#/entities/Ec2Instance/i-1?details=scope&filter=remote_port%3D9001&scopeEnd=3600&scopeStart=0");
    expect(screen.getByRole("button", { name: "Copy port 9001" })).toBeTruthy();
    expect(screen.getByTitle("2,048 bytes")).toBeTruthy();
  });

  it("say who connected, seen from a machine and from an address", () => {
    expect(connectedWords("client", "i-1")).toBe("it connected");
    expect(connectedWords("client", "192.0.2.1")).toBe("machines connected to it");
    expect(connectedWords("unknown", "i-1")).toBe("who connected is not known");
  });
});
