import { render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { JobStatus, ListState, SourceStatus, Status } from "../../api/types";
import { CollectionPanel } from "./CollectionPanel";
import { JobsPanel } from "./JobsPanel";
import { ParkedPanel } from "./ParkedPanel";
import { ReceiversPanel } from "./ReceiversPanel";
import { troubles } from "./TroubleNotice";

const source: SourceStatus = {
  name: "dropped",
  kind: "folder",
  place: "/srv/flow-logs",
  state: "running",
  last_success: "2026-11-24T06:00:00Z",
  last_commit: "2026-11-24T06:00:00Z",
  last_error: null,
  errors: 0,
  delivered: 1_201,
  committed: 1_200,
  unusable: 0,
  failed: 0,
  skipped: 3,
  bytes: 28_731_234,
  in_flight: 1,
  backlog: null,
  lag_secs: 75,
  parked: 0,
  parked_messages: [],
};

const queue: SourceStatus = {
  ...source,
  name: "prod",
  kind: "s3_queue",
  place: "https://sqs.eu-west-1.amazonaws.com/123456789012/flow-logs",
  state: "failing",
  last_commit: null,
  lag_secs: null,
  last_error: { time: "2026-11-24T05:00:00Z", message: "cannot receive from the queue: access denied", times: 4 },
  errors: 9,
  unusable: 2,
  failed: 5,
  backlog: 40,
  parked: 12,
  parked_messages: [{ id: "m-1", time: "2026-11-24T04:00:00Z", reason: "it names no object", excerpt: '{"Event":"s3:TestEvent"}', receives: 3, deleted: false }],
};

const job: JobStatus = { name: "collect", state: "idle", runs: 4, failures: 1, last_success: "2026-11-24T06:00:00Z", busy_millis: 9_000, last_millis: 1_240, note: "40 records of 1 objects", error: null };

const receiver: Status["receivers"][number] = {
  name: "soc",
  kind: "webhook",
  place: "https://soc.example.net",
  state: "failing",
  last_success: null,
  last_error: { time: "2026-11-24T05:00:00Z", message: "503 Service Unavailable", times: 2 },
  errors: 2,
  delivered: 0,
  refused: 0,
  skipped: 0,
  retries: 1,
  waiting: 4,
  waiting_since: "2026-11-24T04:00:00Z",
};

const row = (label: string, name: string) => within(screen.getByRole("table", { name: label })).getByText(name).closest("tr")!;

describe("what is collected", () => {
  it("is told of each source, in words, and what cannot be told is a dash", () => {
    render(<CollectionPanel status={{ collecting: true, sources: [source, queue], jobs: [], receivers: [] }} silence={null} />);
    const first = row("Collection", "dropped");
    for (const said of ["Folder", "/srv/flow-logs", "Running", "1,201", "1,200", "27.4 MiB", "None", "1 min 15 s"]) expect(first.textContent).toContain(said);
    expect(within(first).getByTitle("this source cannot tell").textContent).toBe("–");
    const second = row("Collection", "prod");
    for (const said of ["Bucket, by notification", "Failing", "2 unusable", "5 failed", "40"]) expect(second.textContent).toContain(said);
    expect(within(second).getByTitle("nothing was committed since the start")).toBeTruthy();
  });

  it("names the last error with its time, and whether it is over", () => {
    const over = { ...queue, name: "old", state: "running" };
    render(<CollectionPanel status={{ collecting: true, sources: [queue, over], jobs: [], receivers: [] }} silence={null} />);
    const [failing, past] = within(screen.getByRole("list", { name: "Last errors of the sources" })).getAllByRole("listitem");
    expect(failing?.textContent).toContain("prod: cannot receive from the queue: access denied It tries again. Last at 2026-11-24 05:00 UTC, 4 times in a row, 9 errors in all");
    expect(past?.textContent).toContain("That is over.");
  });

  it("is nothing in a process that only answers, which says how to begin", () => {
    render(<CollectionPanel status={{ collecting: false, sources: [], jobs: [], receivers: [] }} silence={null} />);
    expect(screen.getByText(/This process only answers/)).toBeTruthy();
    expect(screen.getByText("weir serve --config weir.toml")).toBeTruthy();
    expect(screen.queryByRole("table")).toBeNull();
  });

  it("says when it may be old", () => {
    render(<CollectionPanel status={{ collecting: true, sources: [source], jobs: [], receivers: [] }} silence="The server does not answer." />);
    expect(screen.getByText(/The server does not answer\. What stands here may be old\./)).toBeTruthy();
  });
});

describe("messages put aside", () => {
  it("are shown with their reason and where they are", () => {
    render(<ParkedPanel sources={[source, queue]} />);
    const found = row("Messages put aside", "prod");
    for (const said of ["m-1", "it names no object", "s3:TestEvent", "3", "Left in the queue"]) expect(found.textContent).toContain(said);
    expect(screen.getByText(/The latest 1 of 12/)).toBeTruthy();
  });

  it("take no room when there are none", () => {
    const { container } = render(<ParkedPanel sources={[source]} />);
    expect(container.textContent).toBe("");
  });
});

describe("jobs", () => {
  it("say what they did, or why they failed", () => {
    render(<JobsPanel jobs={[job, { ...job, name: "detect", state: "failing", error: "no memory", last_millis: 90 }]} />);
    for (const said of ["Commits what the sources deliver", "Waiting", "1.2 s", "40 records of 1 objects"]) expect(row("Jobs", "collect").textContent).toContain(said);
    for (const said of ["Failing", "no memory", "90 ms"]) expect(row("Jobs", "detect").textContent).toContain(said);
  });
});

describe("who is told", () => {
  it("is shown with how that goes, and why it does not", () => {
    render(<ReceiversPanel receivers={[receiver]} />);
    for (const said of ["Webhook", "Failing", receiver.place, String(receiver.delivered), String(receiver.waiting)]) expect(row("Who is told", "soc").textContent).toContain(said);
    expect(screen.getByText(/503 Service Unavailable/)).toBeTruthy();
    expect(screen.getByText(/It tries again/)).toBeTruthy();
  });

  it("takes no room when nobody is", () => {
    const { container } = render(<ReceiversPanel receivers={[]} />);
    expect(container.textContent).toBe("");
  });
});

describe("the notice on the summary", () => {
  const list: ListState = { name: "tor", kind: "tor-relay", added: "2026-10-01T00:00:00Z", age_days: 54, source: null, entries: 6_000 };

  it("names what fails and what is old, and nothing else", () => {
    const status = { collecting: true, sources: [source, queue], jobs: [job, { ...job, name: "detect", state: "failing" as const, error: "no memory" }], receivers: [receiver] };
    expect(troubles(status, [list, { ...list, name: "new", age_days: 2 }])).toEqual([
      "The source prod is failing: cannot receive from the queue: access denied.",
      "The job detect is failing: no memory.",
      "The receiver soc is failing: 503 Service Unavailable.",
      "The list tor is 54 days old.",
    ]);
    expect(troubles({ collecting: true, sources: [source], jobs: [job], receivers: [{ ...receiver, state: "running" }] }, [])).toEqual([]);
    expect(troubles(undefined, [])).toEqual([]);
  });
});
