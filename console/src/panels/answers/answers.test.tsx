import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import { AnswerCard } from "./AnswerCard";

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

describe("an answer", () => {
  it("says its verdict in words, its caveats and its confidence", () => {
    render(
      <AnswerCard name="reach" answer={answer} noun="contact">
        {() => null}
      </AnswerCard>,
    );
    expect(screen.getByRole("heading", { name: answer.question })).toBeTruthy();
    expect(screen.getByText("Others are touched")).toBeTruthy();
    expect(screen.getByText(/Only 3.0 days/)).toBeTruthy();
    expect(screen.getByText("Confidence 80 %")).toBeTruthy();
  });

  it("opens its rows, and that stands in the address", async () => {
    render(
      <AnswerCard name="reach" answer={answer} noun="contact">
        {(rows) => <b>{rows[0]?.entity}</b>}
      </AnswerCard>,
    );
    expect(screen.queryByText("i-2")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "1 contact behind it" }));
    expect(await screen.findByText("i-2")).toBeTruthy();
    expect(window.location.hash).toContain("answer=reach");
  });
});
