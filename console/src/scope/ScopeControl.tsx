import Button from "@cloudscape-design/components/button";
import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { exactInstant, length, stretch } from "../format/time";
import { currentLocation, formatHash } from "../routing/location";
import { setScope, useScope } from "./context";
import { type Range, type ScopeChoice, scopeFault, writeScope } from "./scope";

const RELATIVE: DateRangePickerProps.RelativeOption[] = [
  { key: "1h", amount: 1, unit: "hour", type: "relative" },
  { key: "24h", amount: 24, unit: "hour", type: "relative" },
  { key: "7d", amount: 7, unit: "day", type: "relative" },
  { key: "30d", amount: 30, unit: "day", type: "relative" },
];
const UNIT_SECS: Record<string, number> = { second: 1, minute: 60, hour: 3_600, day: 86_400, week: 604_800, month: 30 * 86_400, year: 365 * 86_400 };

/** The scope time of the page: absolute to the second, or a length back from the end of the data. */
export function ScopeControl() {
  const { choice, range, zone } = useScope();
  const minutes = zone === "utc" ? 0 : -new Date(range.from * 1000).getTimezoneOffset();
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <DateRangePicker
        value={pickerValue(choice, range)}
        onChange={({ detail }) => detail.value && setScope(choiceOf(detail.value))}
        relativeOptions={RELATIVE}
        isValidRange={(value) => validate(value)}
        timeInputFormat="hh:mm:ss"
        dateInputFormat="iso"
        absoluteFormat="iso"
        getTimeOffset={(date) => (zone === "utc" ? 0 : -date.getTimezoneOffset())}
        timeOffset={minutes}
        showClearButton={false}
        expandToViewport
        customRelativeRangeUnits={["minute", "hour", "day", "week"]}
        ariaLabel="Scope time"
        placeholder="Scope time"
        renderTriggerContent={() => (
          <span title={`${exactInstant(range.from, zone)} – ${exactInstant(range.to, zone)}, ${length(range.to - range.from)}`}>
            {choice.kind === "absolute" ? stretch(range.from, range.to, zone) : relativeText(choice, range)}
          </span>
        )}
        i18nStrings={{
          relativeModeTitle: "Back from the end of the data",
          absoluteModeTitle: "Exact times",
          relativeRangeSelectionHeading: "The last",
          formatRelativeRange: ({ amount, unit }) => `Last ${amount} ${unit}${amount === 1 ? "" : "s"}`,
          formatUnit: (unit, amount) => (amount === 1 ? unit : `${unit}s`),
          isoDateTimeConstraintText: zone === "utc" ? "Times are UTC, to the second." : "Times are those of this computer, to the second.",
        }}
      />
      <CopyLink />
    </SpaceBetween>
  );
}

/** Copies the address of exactly what is on screen: a relative scope is written as the times it means now. */
function CopyLink() {
  const { range } = useScope();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    const here = currentLocation();
    const hash = formatHash(here.parts, writeScope({ kind: "absolute", from: range.from, to: range.to }, here.search));
    await navigator.clipboard.writeText(`${location.origin}${location.pathname}${hash}`);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <Button iconName={copied ? "check" : "share"} onClick={() => void copy()} ariaLabel={copied ? "Copied" : "Copy link to exactly this view"}>
      {copied ? "Copied" : "Copy link"}
    </Button>
  );
}

function relativeText(choice: ScopeChoice, range: Range): string {
  const secs = choice.kind === "last" ? choice.secs : range.to - range.from;
  return `Last ${secs <= 2 * 86_400 && secs % 3_600 === 0 ? `${secs / 3_600} h` : length(secs)} of the data`;
}

function pickerValue(choice: ScopeChoice, range: Range): DateRangePickerProps.Value {
  if (choice.kind === "absolute") return { type: "absolute", startDate: iso(range.from), endDate: iso(range.to) };
  const secs = choice.kind === "last" ? choice.secs : range.to - range.from;
  const known = RELATIVE.find((option) => option.amount * (UNIT_SECS[option.unit] ?? 0) === secs);
  return known ?? { type: "relative", amount: secs / 60, unit: "minute" };
}

function iso(secs: number): string {
  return new Date(secs * 1000).toISOString().replace(".000Z", "Z");
}

function choiceOf(value: DateRangePickerProps.Value): ScopeChoice {
  if (value.type === "relative") return { kind: "last", secs: value.amount * (UNIT_SECS[value.unit] ?? 0) };
  return { kind: "absolute", from: Math.floor(Date.parse(value.startDate) / 1000), to: Math.floor(Date.parse(value.endDate) / 1000) };
}

function validate(value: DateRangePickerProps.Value | null): DateRangePickerProps.ValidationResult {
  if (!value) return { valid: false, errorMessage: "Choose a scope time." };
  if (value.type === "absolute" && (!value.startDate || !value.endDate)) return { valid: false, errorMessage: "Choose a start and an end." };
  const choice = choiceOf(value);
  const range = choice.kind === "absolute" ? { from: choice.from ?? NaN, to: choice.to ?? NaN } : { from: 0, to: choice.kind === "last" ? choice.secs : 0 };
  const fault = scopeFault(range);
  return fault ? { valid: false, errorMessage: fault } : { valid: true };
}
