import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";

interface ModalProps {
  title: string;
  onClose: () => void;
}

/** The SQL behind a panel, to be read, copied, and run again. */
export function QueryModal({ title, query, onClose }: ModalProps & { query: string }) {
  return (
    <TextModal title={title} label="SQL" text={query} command={`weir sql ${quoted(query)}`} copy="Copy SQL" onClose={onClose}>
      The numbers on screen come from this query over the lake's tables. Run it again with <span className="code">weir sql</span>, or change it to ask
      something else.
    </TextModal>
  );
}

/** The request behind a panel, where its content is not in the lake's tables. */
export function RequestModal({ title, request, onClose }: ModalProps & { request: string }) {
  const url = `${window.location.origin}${request}`;
  return (
    <TextModal title={title} label="Request" text={`GET ${url}`} command={`curl ${quoted(url)}`} copy="Copy request" onClose={onClose}>
      What is on screen is the answer to this request. It is made of what the detectors and people noted, and of the inventory, which are not tables of the lake; the
      answer names the queries behind its numbers.
    </TextModal>
  );
}

function TextModal({ title, label, text, command, copy, onClose, children }: ModalProps & { label: string; text: string; command: string; copy: string; children: ReactNode }) {
  return (
    <Modal
      visible
      size="large"
      header={`Query: ${title}`}
      onDismiss={onClose}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <CopyToClipboard copyButtonText="Copy as command" copySuccessText="Copied" copyErrorText="Not copied" textToCopy={command} />
            <CopyToClipboard copyButtonText={copy} copySuccessText="Copied" copyErrorText="Not copied" textToCopy={text} />
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <Box variant="p" color="text-body-secondary">
          {children}
        </Box>
        <pre className="sql" tabIndex={0} aria-label={label}>
          {text}
        </pre>
      </SpaceBetween>
    </Modal>
  );
}

/** As one word of a shell. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["$`\\]/g, "\\$&")}"`;
}
