import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { ProblemError } from "../api/client";
import { directionNote, flagNames, ownTitle } from "./words";
import { Identifier } from "./Identifier";
import { Failure, PanelTools, Shown } from "./Panel";
import { Prose } from "./Prose";
import { confidenceWord, openerWords } from "./confidence";
import { Bytes, Nothing, Time } from "./values";

describe("values", () => {
  it("are humane, and exact on hover", () => {
    render(<Bytes value={28_731_234} />);
    expect(screen.getByText("27.4 MiB").title).toBe("28,731,234 bytes");
  });

  it("write times with a machine's form beside", () => {
    render(<Time value="2026-08-31T01:00:00Z" />);
    expect(screen.getByText((_, element) => element?.tagName === "TIME" && element.textContent === "2026-08-31 01:00 UTC").getAttribute("datetime")).toBe("2026-08-31T01:00:00.000Z");
  });

  it("do not write zero for what is not known", () => {
    render(<Nothing why="too little history" />);
    expect(screen.getByTitle("too little history").textContent).toBe("–");
  });
});

describe("an identifier", () => {
  it("leads to its profile and can be copied", async () => {
    const user = userEvent.setup();
    render(<Identifier id="10.0.0.5" name="db" />);
    expect(screen.getByText("10.0.0.5").closest("a")?.getAttribute("href")).toBe("#/entities/IpAddress/10.0.0.5");
    await user.click(screen.getByRole("button", { name: "Copy 10.0.0.5" }));
    expect(await navigator.clipboard.readText()).toBe("10.0.0.5");
  });
});

describe("a sentence of the interface", () => {
  it("has its identifiers and addresses as links, and nothing else", () => {
    const text = "i-0c05f687f26b3b091 sent 4.6 GiB to 198.51.100.203 through sg-01e34171784204c75 (rule 0.0.0.0/0, version 1.2.3.4.5) at 13:00:46.";
    const { container } = render(<p><Prose text={text} /></p>);
    expect(container.textContent).toBe(text);
    expect([...container.querySelectorAll("a")].map((link) => link.getAttribute("href"))).toEqual(["#/entities/Ec2Instance/i-0c05f687f26b3b091", "#/entities/IpAddress/198.51.100.203"]);
    expect(screen.getAllByRole("button").map((button) => button.getAttribute("aria-label"))).toEqual(["Copy i-0c05f687f26b3b091", "Copy 198.51.100.203", "Copy sg-01e34171784204c75"]);
  });
});

describe("a confidence", () => {
  it("is a word", () => {
    expect([0.39, 0.4, 0.74, 0.75, 1].map(confidenceWord)).toEqual(["Low", "Medium", "Medium", "High", "High"]);
    expect([0, 0.6, 0.85, 0.99].map((each) => openerWords(each).word)).toEqual(["Not known", "A guess", "Likely", "Certain"]);
  });
});

describe("a panel", () => {
  it("shows its query", async () => {
    render(<PanelTools title="Volume" query="SELECT 1" onCsv={() => undefined} />);
    await userEvent.click(screen.getByRole("button", { name: "View query: Volume" }));
    expect(screen.getByLabelText("SQL").textContent?.trim()).toBe("SELECT 1");
  });

  it("says that it could not be answered, and asks again", async () => {
    const retry = vi.fn();
    render(<Failure error={new ProblemError(422, "the scope holds more rows than one answer may have")} onRetry={retry} />);
    expect(screen.getByText(/more rows than one answer/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: /Try again/ }));
    expect(retry).toHaveBeenCalledOnce();
  });

  it("waits without an answer", () => {
    render(
      <Shown loading error={null}>
        {() => <b>there</b>}
      </Shown>,
    );
    expect(screen.getByRole("status", { name: "Loading" })).toBeTruthy();
    expect(screen.queryByText("there")).toBeNull();
  });
});

describe("words", () => {
  it("name flags, rules and the machine itself", () => {
    expect(flagNames(18)).toBe("SYN ACK");
    expect(directionNote("syn", 0.99)).toMatch(/99 %/);
    expect(ownTitle("EC2 instance i-1 is connecting to a Tor entry node.", "i-1")).toBe("This machine is connecting to a Tor entry node.");
    expect(ownTitle("SSH brute force involving EC2 instance i-1.", "i-1")).toBe("SSH brute force involving this machine.");
    expect(ownTitle("SSH brute force involving i-1.", "i-1")).toBe("SSH brute force involving this machine.");
  });
});
