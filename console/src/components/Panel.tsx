import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useId, useState } from "react";
import type { ProblemError } from "../api/client";
import { InfoLink } from "../help/context";
import type { HelpTopic } from "../help/topics";
import { QueryModal, RequestModal } from "./QueryModal";

export interface PanelProps {
  title: string;
  help: HelpTopic;
  count?: number | string;
  /** One sentence that says what there is to see. */
  description?: ReactNode;
  /** The SQL that gives the panel's numbers again. */
  query?: string | null;
  /** The request that gives the panel's content again, where no query does: what people and detectors decided is not in the lake's tables. */
  request?: string | null;
  /** Saves the panel's rows as a file. */
  onCsv?: (() => void) | null;
  actions?: ReactNode;
  footer?: ReactNode;
  children: ReactNode;
  id?: string;
}

/** A panel of a page: title, Info, View query, CSV, content. */
export function Panel({ title, help, count, description, query, request, onCsv, actions, footer, children, id }: PanelProps) {
  return (
    <div id={id} className="panel" data-panel={help}>
      <Container
        footer={footer}
        header={
          <Header
            variant="h2"
            counter={count === undefined ? undefined : `(${typeof count === "number" ? count.toLocaleString("en-US") : count})`}
            info={<InfoLink topic={help} panel={title} />}
            description={description}
            actions={
              <SpaceBetween direction="horizontal" size="m" alignItems="center">
                {actions}
                <PanelTools title={title} query={query} request={request} onCsv={onCsv} />
              </SpaceBetween>
            }
          >
            {title}
          </Header>
        }
      >
        {children}
      </Container>
    </div>
  );
}

/** What every panel has: its query and its rows. */
export function PanelTools({ title, query, request, onCsv }: Pick<PanelProps, "title" | "query" | "request" | "onCsv">) {
  const [shown, setShown] = useState(false);
  return (
    <SpaceBetween direction="horizontal" size="s" alignItems="center">
      {query || request ? (
        <Button variant="inline-link" ariaLabel={`View query: ${title}`} onClick={() => setShown(true)}>
          View query
        </Button>
      ) : null}
      {onCsv ? (
        <Button variant="inline-link" iconName="download" ariaLabel={`CSV: ${title}`} onClick={onCsv}>
          CSV
        </Button>
      ) : null}
      {shown && query ? <QueryModal title={title} query={query} onClose={() => setShown(false)} /> : null}
      {shown && !query && request ? <RequestModal title={title} request={request} onClose={() => setShown(false)} /> : null}
    </SpaceBetween>
  );
}

/** Loading, failed, or there. */
export function Shown({
  loading,
  error,
  onRetry,
  height = 120,
  children,
}: {
  loading: boolean;
  error: ProblemError | null;
  onRetry?: () => void;
  height?: number;
  children: () => ReactNode;
}) {
  if (error) return <Failure error={error} onRetry={onRetry} />;
  if (loading) return <Skeleton height={height} />;
  return children();
}

/** A grey shape of the right height, so that nothing jumps when the answer comes. */
export function Skeleton({ height }: { height: number }) {
  return (
    <div className="skeleton" style={{ height }} role="status" aria-label="Loading">
      <span />
    </div>
  );
}

export function Failure({ error, onRetry }: { error: ProblemError; onRetry?: () => void }) {
  const id = useId();
  return (
    <Alert
      type="error"
      header="This could not be answered"
      action={
        onRetry ? (
          <Button onClick={onRetry} ariaDescribedby={id} iconName="refresh">
            Try again
          </Button>
        ) : null
      }
    >
      <span id={id}>{error.detail}</span>
    </Alert>
  );
}

/** Why there is nothing, and what to do about it. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <Box textAlign="center" color="inherit" padding={{ vertical: "s" }}>
      <SpaceBetween size="xs">
        <Box variant="strong" color="inherit">
          {title}
        </Box>
        {children ? (
          <Box variant="p" color="text-body-secondary">
            {children}
          </Box>
        ) : null}
        {action}
      </SpaceBetween>
    </Box>
  );
}
