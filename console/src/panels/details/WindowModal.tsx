import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Zone } from "../../format/time";
import { type Range, scopeFault } from "../../scope/scope";

interface WindowModalProps {
  window: Range;
  zone: Zone;
  onChange: (window: Range) => void;
  onDefault: () => void;
  onClose: () => void;
}

/** Sets the window of the details to the second; the scope time stays. */
export function WindowModal({ window, zone, onChange, onDefault, onClose }: WindowModalProps) {
  const [chosen, setChosen] = useState(window);
  const read = (value: DateRangePickerProps.Value | null): Range | null =>
    value?.type === "absolute" && value.startDate && value.endDate
      ? { from: Math.floor(Date.parse(value.startDate) / 1000), to: Math.floor(Date.parse(value.endDate) / 1000) }
      : null;
  return (
    <Modal
      visible
      header="Window of the details"
      onDismiss={onClose}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              onClick={() => {
                onDefault();
                onClose();
              }}
            >
              Set to scope time
            </Button>
            <Button
              variant="primary"
              onClick={() => {
                onChange(chosen);
                onClose();
              }}
            >
              Update
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <FormField label="Start and end" description="The details are those of this time; it is marked on the charts. The scope time does not change.">
        <DateRangePicker
          value={{ type: "absolute", startDate: new Date(chosen.from * 1000).toISOString(), endDate: new Date(chosen.to * 1000).toISOString() }}
          onChange={({ detail }) => {
            const next = read(detail.value);
            if (next) setChosen(next);
          }}
          relativeOptions={[]}
          rangeSelectorMode="absolute-only"
          timeInputFormat="hh:mm:ss"
          dateInputFormat="iso"
          absoluteFormat="iso"
          getTimeOffset={(date) => (zone === "utc" ? 0 : -date.getTimezoneOffset())}
          showClearButton={false}
          expandToViewport
          isValidRange={(value) => {
            const next = read(value);
            const fault = next ? scopeFault(next) : "Choose a start and an end.";
            return fault ? { valid: false, errorMessage: fault } : { valid: true };
          }}
        />
      </FormField>
    </Modal>
  );
}
