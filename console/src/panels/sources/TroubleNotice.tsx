import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { useStatus } from "../../api/queries";
import type { ListState, Status } from "../../api/types";
import { plural } from "../../components/words";
import { useHref } from "../../routing/links";
import { isOld } from "./ListsPanel";

/** Seconds between two questions where the state is a note beside other things. */
const NOTICE_SECS = 30;

/** What needs a look: sources, jobs and receivers that fail, lists that are old. */
export function troubles(status: Status | undefined, lists: readonly ListState[]): string[] {
  const sources = (status?.sources ?? []).filter((source) => source.state === "failing");
  const jobs = (status?.jobs ?? []).filter((job) => job.state === "failing");
  const receivers = (status?.receivers ?? []).filter((receiver) => receiver.state === "failing");
  return [
    ...sources.map((source) => `The source ${source.name} is failing${source.last_error ? `: ${source.last_error.message}` : ""}.`),
    ...jobs.map((job) => `The job ${job.name} is failing${job.error ? `: ${job.error}` : ""}.`),
    ...receivers.map((receiver) => `The receiver ${receiver.name} is failing${receiver.last_error ? `: ${receiver.last_error.message}` : ""}.`),
    ...lists.filter(isOld).map((list) => `The list ${list.name} is ${plural(list.age_days, "day")} old.`),
  ];
}

/** The same as a notice that leads to the sources; nothing where nothing is wrong. */
export function TroubleNotice({ lists }: { lists: readonly ListState[] }) {
  const href = useHref();
  const said = troubles(useStatus(NOTICE_SECS).data, lists);
  if (!said.length) return null;
  return (
    <Alert type="warning" header="Something needs a look" action={<Button href={href({ page: "sources" })}>See Sources</Button>}>
      <ul className="plain-list breakable">
        {said.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </Alert>
  );
}
