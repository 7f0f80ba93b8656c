import { percent } from "../format/number";

/** How sure something is, in the words that the interface has for findings: `Low` below 0.4, `Medium` below 0.75, else `High`. */
export function confidenceWord(score: number): "High" | "Medium" | "Low" {
  if (score < 0.4) return "Low";
  return score < 0.75 ? "Medium" : "High";
}

/** The exact number, for hover. */
export function confidenceNumber(score: number): string {
  return `confidence ${percent(score)}`;
}

/** What a factor makes of a confidence, in words. */
export function factorWord(value: number): string {
  if (value >= 0.995) return "Unchanged";
  if (value >= 0.9) return "Slightly lower";
  return value >= 0.6 ? "Lower" : "Much lower";
}

/** How sure it is who opened a connection, by the rules that tell it (`DirectionRule` of the field table). */
export function openerWords(confidence: number): { word: string; why: string } {
  if (confidence >= 0.97) return { word: "Certain", why: "the log or the rules tell it" };
  if (confidence >= 0.8) return { word: "Likely", why: "one port is that of a known service" };
  if (confidence > 0) return { word: "A guess", why: "only the numbers of the ports tell it" };
  return { word: "Not known", why: "nothing tells it" };
}
