import Link from "@cloudscape-design/components/link";
import { useHref } from "../routing/links";
import { ownTitle } from "./words";

/** The title of a finding in a table: what differs comes first, since the machine stands beside it. */
export function FindingTitle({ finding }: { finding: { id: string; title: string; entity: string } }) {
  const href = useHref();
  return (
    <span title={finding.title}>
      <Link href={href({ page: "finding", id: finding.id })}>{ownTitle(finding.title, finding.entity)}</Link>
    </span>
  );
}
