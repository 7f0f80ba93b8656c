import Badge from "@cloudscape-design/components/badge";
import type { ReactNode } from "react";
import type { Answers, Contact, Permit, PortUse, RemoteTransfer } from "../../api/types";
import { NoveltyBadge } from "../../components/badges";
import { Identifier, PlainIdentifier } from "../../components/Identifier";
import { PortLink } from "../../components/PortLink";
import { Bytes, Count, Time } from "../../components/values";
import { percent } from "../../format/number";
import type { Range } from "../../scope/scope";
import { connectedWords } from "./sides";
import { outcomeLabel } from "./PermitTable";

/** Whom the facts are about, and when. */
export interface About {
  entity: string;
  range: Range;
}

/** A fact of an answer. */
export interface Fact {
  key: string;
  words: ReactNode;
}

const MOST = 4;

/** The first facts of several, and how many more there are. */
function first<T>(rows: readonly T[], most: number, fact: (row: T) => Fact): Fact[] {
  const more = rows.length - most;
  return [...rows.slice(0, most).map(fact), ...(more > 0 ? [{ key: "more", words: <span className="secondary">and {more} more</span> }] : [])];
}

const SIDES = { client: "remote", server: "local", unknown: "either" } as const;

const InFinding = () => <Badge color="red">in the finding</Badge>;

export function portFacts({ rows }: Answers["ports"], about: About): Fact[] {
  const link = (row: PortUse) => <PortLink service={row.service} port={row.port} side={SIDES[row.side]} {...about} />;
  const fact = (row: PortUse): Fact => ({
    key: `${row.side}${row.protocol}${row.port}`,
    words: (
      <>
        {row.new ? <NoveltyBadge status="new" /> : null} {link(row)} {row.in_finding ? <InFinding /> : null} <Bytes value={row.bytes_in} /> in, <Bytes value={row.bytes_out} /> out,{" "}
        <Count value={row.remotes} /> {row.remotes === 1 ? "remote" : "remotes"}; {connectedWords(row.side, about.entity)}
        {row.since ? (
          <>
            , since <Time value={row.since} />
          </>
        ) : null}
      </>
    ),
  });
  const fresh = rows.filter((row) => row.new);
  const used = rows.filter((row) => !row.new && row.flows > row.rejected);
  if (!fresh.length) return first(used, MOST, fact);
  const known: Fact[] = used.length
    ? [
        {
          key: "known",
          words: (
            <>
              <span className="fact-list">
                Also in use:
                {used.slice(0, MOST).map((row) => (
                  <span key={`${row.side}${row.service}`}>
                    {link(row)}
                    {row.side === "server" ? <span className="secondary">as server</span> : null}
                  </span>
                ))}
                {used.length > MOST ? `and ${used.length - MOST} more` : null}
              </span>
            </>
          ),
        },
      ]
    : [];
  return [...first(fresh, MOST, fact), ...known];
}

export function transferFacts({ rows }: Answers["transfer"]): Fact[] {
  const ways = rows.filter((row) => row.about === "direction").filter((row) => row.bytes > 0);
  const remotes = rows.filter((row): row is RemoteTransfer & { about: "remote" } => row.about === "remote");
  const unusual = remotes.filter((row) => row.status !== "usual");
  // What stands out first, and what the finding is about in any case.
  const shown = [...new Set([...(unusual.length ? unusual : remotes).slice(0, 2), ...remotes.filter((row) => row.in_finding).slice(0, 2)])];
  return [
    ...ways.map((row) => ({
      key: row.direction,
      words: (
        <>
          <strong>{row.direction === "inbound" ? "Inbound" : row.direction === "outbound" ? "Outbound" : "Direction not known"}</strong> <Bytes value={row.bytes} />
          {row.expected === null ? null : (
            <>
              , usually <Bytes value={row.expected} />
            </>
          )}
          {row.peak ? (
            <>
              . Peak <Bytes value={row.peak_bytes} /> in the hour of <Time value={row.peak} />
              {row.peak_high === null ? null : (
                <>
                  , expected at most <Bytes value={row.peak_high} />
                </>
              )}
            </>
          ) : null}
          {row.hours_above > 0 ? (
            <span className="above">
              , <Count value={row.hours_above} /> {row.hours_above === 1 ? "hour" : "hours"} above
            </span>
          ) : null}
        </>
      ),
    })),
    ...shown.map((row) => ({
      key: row.remote,
      words: (
        <>
          <NoveltyBadge status={row.status} /> <Identifier id={row.remote} name={row.remote_entity} /> {row.in_finding ? <InFinding /> : null} <Bytes value={row.bytes_in} /> in, <Bytes value={row.bytes_out} />{" "}
          out, {percent(row.share)} of all bytes
        </>
      ),
    })),
  ];
}

/** Connections about which the same rules decide in the same way. */
function alike(rows: readonly Permit[]): Permit[][] {
  const groups = new Map<string, Permit[]>();
  for (const row of rows) {
    const key = [row.outcome, row.contradiction, row.logged, row.rules[0]?.group_id, row.rules[0]?.text, row.request?.acl_id, row.request?.rule].join("~");
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups.values()];
}

export function permissionFacts({ rows }: Answers["permission"], about: About): Fact[] {
  const side = (row: Permit) => (row.direction === "outbound" ? "remote" : row.direction === "inbound" ? "local" : "either");
  const port = (row: Permit) => (row.direction === "outbound" ? row.remote_port : row.direction === "inbound" ? row.local_port : null);
  // Contradictions are what one has to see; else the first ones, which are those of the finding.
  const groups = alike(rows).sort(([a], [b]) => Number(b?.contradiction) - Number(a?.contradiction));
  return first(groups, 3, (group) => {
    const [row] = group as [Permit, ...Permit[]];
    const [rule] = row.rules;
    const acl = row.request ?? row.answer;
    return {
      key: `${row.entity}${row.remote}${row.direction}${row.service}${row.logged}${row.at}`,
      words: (
        <>
          <strong>{outcomeLabel(row.outcome)}</strong>
          {rule ? (
            <>
              {" "}
              by <span className="code">{rule.text}</span> of {rule.group_name} <PlainIdentifier id={rule.group_id} />
            </>
          ) : row.outcome === "unknown" ? null : (
            ", no security-group rule matches"
          )}
          {acl?.rule != null ? (
            <>
              {" "}
              and rule {acl.rule} of network ACL <PlainIdentifier id={acl.acl_id} />
            </>
          ) : null}
          {row.contradiction ? <span className="above">, though the log says {row.logged === "accept" ? "accepted" : "rejected"}</span> : null}:{" "}
          <span className="fact-list">
            {group.slice(0, 3).map((each) => (
              <span key={`${each.entity}${each.remote}${each.direction}${each.service}${each.logged}${each.at}`}>
                {each.entity === about.entity ? null : <Identifier id={each.entity} />} {each.direction === "inbound" ? "from" : "to"} <Identifier id={each.remote} />{" "}
                <PortLink service={each.service} port={port(each)} side={side(each)} entity={each.entity} range={about.range} />
              </span>
            ))}
            {group.length > 3 ? `and ${group.length - 3} more` : null}
          </span>
        </>
      ),
    };
  });
}

export function reachFacts({ rows }: Answers["reach"]): Fact[] {
  return first(rows, MOST, (row: Contact) => ({
    key: `${row.kind}${row.entity}${row.remote}`,
    words: (
      <>
        <Identifier id={row.entity} name={row.name} /> {row.kind === "same-remote" ? "spoke with" : "was contacted for the first time, at"} <Identifier id={row.remote} />
        {row.ports ? (
          <>
            {" "}
            on <span className="code">{row.ports.replaceAll(",", " ")}</span>
          </>
        ) : null}
        : <Bytes value={row.bytes_in} /> in, <Bytes value={row.bytes_out} /> out, {row.in_scope ? "from" : "earlier, from"} <Time value={row.first} />
      </>
    ),
  }));
}
