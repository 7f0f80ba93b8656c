import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { usePageTitle } from "../app/title";

const STEPS: [string, string, string][] = [
  ["Read your flow logs", "weir ingest ./AWSLogs", "A folder or a file, as VPC flow logs are delivered. Compression, envelope and columns are told by content."],
  [
    "Say what your machines are called",
    "weir inventory import describe-*.json && weir rebuild",
    "The output of aws ec2 describe-instances, describe-network-interfaces, describe-security-groups, describe-network-acls and describe-subnets. Without it machines are named by their interfaces.",
  ],
  ["Add lists of known addresses", "weir intel import --name tor --kind tor-relay tor-relays.txt", "Findings about Tor and about addresses on your own lists rest on them."],
  ["Collect for good", "weir serve --config weir.toml", "Watches the folders, buckets, Firehose streams and uploads that the settings file names, and answers at the same time. The guide “Collecting” has the settings of each."],
  ["Or look at a made-up company first", "weir demo", "A month of traffic with an intrusion in it, read and watched like your own."],
];

/** What to do when there is nothing yet. */
export function EmptyLakePage({ onRetry }: { onRetry: () => void }) {
  usePageTitle("Begin");
  return (
    <SpaceBetween size="l">
      <Header variant="h1" description="The lake is empty: no flow record was read so far. Give the same --data folder to each command." actions={<Button iconName="refresh" onClick={onRetry}>Look again</Button>}>
        Begin
      </Header>
      {STEPS.map(([title, command, words], at) => (
        <Container key={title} header={<Header variant="h2">{`${at + 1}. ${title}`}</Header>}>
          <SpaceBetween size="s">
            <Box variant="p">{words}</Box>
            <div className="command">
              <code>{command}</code>
              <CopyToClipboard variant="icon" copyButtonAriaLabel={`Copy: ${title}`} copySuccessText="Copied" copyErrorText="Not copied" textToCopy={command} />
            </div>
          </SpaceBetween>
        </Container>
      ))}
    </SpaceBetween>
  );
}
