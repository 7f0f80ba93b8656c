import Box from "@cloudscape-design/components/box";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";

/** The SQL behind a panel, to be read, copied, and run again. */
export function QueryModal({ title, query, onClose }: { title: string; query: string; onClose: () => void }) {
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
            <CopyToClipboard copyButtonText="Copy as command" copySuccessText="Copied" copyErrorText="Not copied" textToCopy={asCommand(query)} />
            <CopyToClipboard copyButtonText="Copy SQL" copySuccessText="Copied" copyErrorText="Not copied" textToCopy={query} />
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <Box variant="p" color="text-body-secondary">
          The numbers on screen come from this query over the lake's tables. Run it again with <span className="code">weir sql</span>, or change it to ask
          something else.
        </Box>
        <pre className="sql" tabIndex={0} aria-label="SQL">
          {query}
        </pre>
      </SpaceBetween>
    </Modal>
  );
}

function asCommand(query: string): string {
  return `weir sql "${query.replaceAll(/["$`\\]/g, "\\$&")}"`;
}
