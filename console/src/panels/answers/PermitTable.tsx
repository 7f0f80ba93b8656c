import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { AclFacts, Permit, RuleFacts } from "../../api/types";
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
      rows={rows}
      pageSize={5}
      keyOf={(row) => `${row.entity}${row.remote}${row.direction}${row.service}${row.logged}${row.at}`}
      label="Connections and the rules that decide about them"
      empty={<Empty title="No connections" />}
      columns={[
        { id: "remote", header: "Connection", width: 200, isRowHeader: true, sortingField: "remote", cell: (row) => <Connection row={row} /> },
        { id: "logged", header: "Log says", width: 126, sortingField: "logged", cell: (row) => <Action action={row.logged} /> },
        { id: "outcome", header: "Rules say", width: 160, sortingField: "outcome", cell: (row) => <Outcome row={row} /> },
        { id: "rules", header: "Rules that decide", width: 350, cell: (row) => <Deciding row={row} /> },
        { id: "bytes_in", header: "Inbound", number: true, width: 102, cell: (row) => <Bytes value={row.bytes_in} /> },
        { id: "bytes_out", header: "Outbound", number: true, width: 112, cell: (row) => <Bytes value={row.bytes_out} /> },
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

/** Rules of several groups with the same words stand together. */
function byText(rules: readonly RuleFacts[]): [string, RuleFacts[]][] {
  const groups = new Map<string, RuleFacts[]>();
  for (const rule of rules) groups.set(rule.text, [...(groups.get(rule.text) ?? []), rule]);
  return [...groups];
}

/** Security-group rules that match, the network ACLs' decisions, and of when they are. */
function Deciding({ row }: { row: Permit }) {
  if (row.outcome === "unknown" && !row.rules.length) return <Nothing why="the inventory does not know its security groups" />;
  const decisions = [row.request, row.answer].filter((each): each is AclFacts => each !== null);
  return (
    <ul className="plain-list deciding" title={row.notes.join("\n") || undefined}>
      {row.rules.length ? null : <li>No security-group rule matches.</li>}
      {byText(row.rules).map(([text, rules]) => (
        <li key={text}>
          <span className="code breakable">{text}</span>{" "}
          {rules.map((rule) => (
            <span key={rule.group_id} className="secondary">
              {rule.group_name} <PlainIdentifier id={rule.group_id} />
              {rule.certain ? null : " may match: the entries of its prefix list are not known"}{" "}
            </span>
          ))}
        </li>
      ))}
      {decisions.map((each) => (
        <li key={each.acl_id + each.egress}>
          <span className="code breakable">{each.text}</span>{" "}
          <span className="secondary">
            {each.egress ? "out of the subnet" : "into the subnet"} <PlainIdentifier id={each.acl_id} />
          </span>
        </li>
      ))}
      {row.as_of ? (
        <li className="secondary">
          as of <Time value={row.as_of} />
          {row.assumed ? ", later than the connection" : null}
        </li>
      ) : null}
    </ul>
  );
}
