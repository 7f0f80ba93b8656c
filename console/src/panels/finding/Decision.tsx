import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import Box from "@cloudscape-design/components/box";
import { useState } from "react";
import { useArchive, useNote } from "../../api/queries";
import type { FindingSummary } from "../../api/types";
import { Failure } from "../../components/Panel";

/** What people decide about a finding: a note, and whether it is put away. */
export function Decision({ finding }: { finding: FindingSummary }) {
  const [asked, setAsked] = useState(false);
  const archive = useArchive();
  const change = (archived: boolean) => archive.mutate({ ids: [finding.id], archived }, { onSuccess: () => setAsked(false) });
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <NoteButton finding={finding} />
      {finding.archived ? (
        <Button iconName="undo" loading={archive.isPending} onClick={() => change(false)}>
          Take back
        </Button>
      ) : (
        <Button iconName="folder" onClick={() => setAsked(true)}>
          Archive
        </Button>
      )}
      {asked ? (
        <Modal
          visible
          header="Archive this finding?"
          closeAriaLabel="Close"
          onDismiss={() => setAsked(false)}
          footer={
            <Box float="right">
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="link" onClick={() => setAsked(false)}>
                  Cancel
                </Button>
                <Button variant="primary" loading={archive.isPending} onClick={() => change(true)}>
                  Archive
                </Button>
              </SpaceBetween>
            </Box>
          }
        >
          <SpaceBetween size="s">
            <span>It leaves the list of current findings. Nothing is deleted, and it comes back by itself when it occurs again.</span>
            {archive.error ? <Failure error={archive.error} /> : null}
          </SpaceBetween>
        </Modal>
      ) : null}
    </SpaceBetween>
  );
}

function NoteButton({ finding }: { finding: FindingSummary }) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(finding.note ?? "");
  const note = useNote(finding.id);
  return (
    <>
      <Button iconName="edit" onClick={() => setOpen(true)}>
        {finding.note ? "Edit note" : "Add note"}
      </Button>
      {open ? (
        <Modal
          visible
          header="Note"
          closeAriaLabel="Close"
          onDismiss={() => setOpen(false)}
          footer={
            <Box float="right">
              <SpaceBetween direction="horizontal" size="xs">
                <Button variant="link" onClick={() => setOpen(false)}>
                  Cancel
                </Button>
                <Button variant="primary" loading={note.isPending} onClick={() => note.mutate(text, { onSuccess: () => setOpen(false) })}>
                  Save
                </Button>
              </SpaceBetween>
            </Box>
          }
        >
          <SpaceBetween size="s">
            <FormField label="What you found out or decided" constraintText="At most 4,000 characters. Everybody who sees the finding sees it.">
              <Textarea value={text} onChange={({ detail }) => setText(detail.value.slice(0, 4_000))} rows={6} />
            </FormField>
            {note.error ? <Failure error={note.error} /> : null}
          </SpaceBetween>
        </Modal>
      ) : null}
    </>
  );
}
