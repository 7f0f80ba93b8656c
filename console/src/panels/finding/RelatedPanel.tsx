import Link from "@cloudscape-design/components/link";
import { requestOf } from "../../api/queries";
import type { FindingPage } from "../../api/types";
import { SeverityBadge } from "../../components/badges";
import { download } from "../../components/csv";
import { findingsCsv } from "../../components/findings";
import { FindingTitle } from "../../components/FindingTitle";
import { FindingType } from "../../components/FindingType";
import { Identifier } from "../../components/Identifier";
import { Empty, Panel } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Time } from "../../components/values";
import { KINDS } from "../../components/words";
import { useHref } from "../../routing/links";

interface Related {
  id: string;
  kind: string;
  role: string;
  name: string | null;
}

/** What a finding touches: the machine, its account, and each remote end point. */
export function RelatedEntitiesPanel({ page, scope }: { page: FindingPage; scope: { from: number; to: number } }) {
  const href = useHref();
  const rows: Related[] = [
    { id: page.entity.id, kind: page.entity.kind, role: "The machine it is about", name: page.entity.name },
    ...(page.entity.account ? [{ id: page.entity.account, kind: "account", role: "Owns the machine", name: null }] : []),
    ...page.remotes.flatMap((remote) => [
      { id: remote.remote_addr, kind: "ip-address", role: "The other side", name: remote.location.as_org },
      ...(remote.entity ? [{ id: remote.entity, kind: remote.entity.startsWith("i-") ? "instance" : "interface", role: `Held ${remote.remote_addr}`, name: null }] : []),
    ]),
  ];
  return (
    <Panel
      id="related-entities"
      title="Related entities"
      help="related"
      count={rows.length}
      description="Each leads to its profile, with the scope time of the finding."
      request={requestOf("/api/v1/findings/{id}/page", { id: page.finding.id })}
      onCsv={() => download(`entities-${page.finding.id}.csv`, ["id,kind,role", ...rows.map((row) => `${row.id},${row.kind},${row.role}`)].join("\r\n"))}
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => row.id + row.role}
        label="Related entities"
        empty={<Empty title="None" />}
        columns={[
          { id: "id", header: "Entity", width: 300, isRowHeader: true, cell: (row) => <Identifier id={row.id} name={row.name} scope={scope} /> },
          { id: "kind", header: "Kind", width: 160, cell: (row) => KINDS[row.kind] ?? row.kind },
          { id: "role", header: "Role", width: 240, cell: (row) => row.role },
          {
            id: "profile",
            header: "Profile",
            width: 140,
            cell: (row) => (
              <Link href={href({ page: "entity", id: row.id }, scope, row.id === page.entity.id ? { finding: page.finding.id } : {})} ariaLabel={`See profile of ${row.id}`}>
                See profile
              </Link>
            ),
          },
        ]}
      />
    </Panel>
  );
}

/** Other findings of the machine near it in time, and findings of others with the same remote. */
export function RelatedFindingsPanel({ page }: { page: FindingPage }) {
  const rows = page.related;
  return (
    <Panel
      id="related-findings"
      title="Related findings"
      help="related"
      count={rows.length}
      description="Of the same machine within a day of it, and of others with one of its remote addresses."
      request={requestOf("/api/v1/findings/{id}/page", { id: page.finding.id })}
      onCsv={rows.length ? () => download(`related-${page.finding.id}.csv`, findingsCsv(rows)) : null}
    >
      <SimpleTable
        rows={rows}
        keyOf={(row) => row.id}
        label="Related findings"
        empty={<Empty title="No other finding is near it" />}
        columns={[
          { id: "severity", header: "Severity", width: 110, cell: (row) => <SeverityBadge word={row.severity_word} value={row.severity} /> },
          { id: "title", header: "Finding", width: 290, isRowHeader: true, cell: (row) => <FindingTitle finding={row} /> },
          { id: "type", header: "Type", width: 230, cell: (row) => <FindingType name={row.finding_type} /> },
          { id: "entity", header: "Entity", width: 220, cell: (row) => <Identifier id={row.entity} name={row.entity_name} /> },
          { id: "last", header: "Last seen", width: 135, cell: (row) => <Time value={row.last_seen} /> },
        ]}
      />
    </Panel>
  );
}
