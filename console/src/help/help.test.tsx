import { describe, expect, it } from "vitest";
import { helpText } from "./HelpContent";
import { TOPICS } from "./topics";

describe("help", () => {
  it.each(TOPICS)("of %s says what it shows, how to read it, what to ask next and where the numbers come from", (topic) => {
    const text = helpText(topic);
    expect(text?.shows.length).toBeGreaterThan(20);
    expect(text?.read.length).toBeGreaterThan(0);
    expect(text?.ask.length).toBeGreaterThan(0);
    expect(text?.from.length).toBeGreaterThan(10);
  });
});
