import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { AclFacts, Permit } from "../../api/types";
import { Action, Direction } from "../../components/badges";
import { Identifier, PlainIdentifier } from "../../components/Identifier";
import { Empty } from "../../components/Panel";
import { SimpleTable } from "../../components/SimpleTable";
import { Bytes, Nothing, Time } from "../../components/values";

const OUTCOMES: Record<string, [StatusIndicatorProps.Type, string]> = {
  allowed: ["info", "Allowed"],
  "blocked-by-security-group": ["success", "Blocked: security group"],
  "blocked-by-network-acl": ["success", "Blocked: network ACL"],
  "answer-blocked-by-network-acl": ["success", "Answer blocked: network ACL"],
  "cannot-be-judged": ["info", "Cannot be judged"],
  unknown: ["info", "Not in the inventory"],
};

/** What the rules say, in words. */
export function outcomeLabel(outcome: string): string {
  return OUTCOMES[outcome]?.[1] ?? outcome;
}

/** Each connection, what the log says of it, and the rules that decide about it. */
export function PermitTable({ rows }: { rows: Permit[] }) {
  return (
    <SimpleTable
      wrap
      rows={rows}
      keyOf={(row) => `${row.entity}${row.remote}${row.direction}${row.service}${row.logged}${row.at}`}
      label="Connections and the rules that decide about them"
      empty={<Empty title="No connections" />}
      columns={[
        { id: "remote", header: "Connection", width: 250, isRowHeader: true, sortingField: "remote", cell: (row) => <Connection row={row} /> },
        { id: "logged", header: "Log says", width: 130, sortingField: "logged", cell: (row) => <Action action={row.logged} /> },
        { id: "outcome", header: "Rules say", width: 210, sortingField: "outcome", cell: (row) => <Outcome row={row} /> },
        { id: "rules", header: "Security-group rules that match", width: 380, cell: (row) => <Rules row={row} /> },
        { id: "acl", header: "Network ACL", width: 330, cell: (row) => <Acls row={row} /> },
        { id: "bytes_in", header: "Inbound", number: true, width: 130, cell: (row) => <Bytes value={row.bytes_in} /> },
        { id: "bytes_out", header: "Outbound", number: true, width: 130, cell: (row) => <Bytes value={row.bytes_out} /> },
        {
          id: "as_of",
          header: "Rules as of",
          width: 220,
          cell: (row) => (
            <span title={row.notes.join("\n") || undefined}>
              <Time value={row.as_of} />
              {row.assumed ? <div className="secondary">later than the connection</div> : null}
            </span>
          ),
        },
      ]}
    />
  );
}

function Connection({ row }: { row: Permit }) {
  return (
    <span>
      <Identifier id={row.remote} />
      <div className="secondary">
        <Direction word={row.direction} /> {row.service}
      </div>
    </span>
  );
}

function Outcome({ row }: { row: Permit }) {
  const [type] = OUTCOMES[row.outcome] ?? ["info"];
  return (
    <span title={row.explanation}>
      <StatusIndicator type={row.contradiction ? "error" : type}>{outcomeLabel(row.outcome)}</StatusIndicator>
      {row.contradiction ? <div className="secondary">the log says otherwise</div> : null}
    </span>
  );
}

function Rules({ row }: { row: Permit }) {
  if (!row.rules.length) return <>{row.outcome === "unknown" ? <Nothing why="the inventory does not know its security groups" /> : "No rule matches"}</>;
  return (
    <ul className="plain-list">
      {row.rules.map((rule) => (
        <li key={rule.group_id + rule.text}>
          <span className="code breakable">{rule.text}</span>
          <div className="secondary">
            {rule.group_name} <PlainIdentifier id={rule.group_id} />
            {rule.certain ? null : " may match: the entries of its prefix list are not known"}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Acls({ row }: { row: Permit }) {
  const decisions = [row.request, row.answer].filter((each): each is AclFacts => each !== null);
  if (!decisions.length) return <Nothing why="does not apply, or is not known" />;
  return (
    <ul className="plain-list">
      {decisions.map((each) => (
        <li key={each.acl_id + each.egress}>
          <span className="code breakable">{each.text}</span>
          <div className="secondary">
            {each.egress ? "out of the subnet" : "into the subnet"}, <PlainIdentifier id={each.acl_id} />
          </div>
        </li>
      ))}
    </ul>
  );
}
