import ExpandableSection from "@cloudscape-design/components/expandable-section";
import KeyValuePairs, { type KeyValuePairsProps } from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import { requestOf, scope } from "../api/queries";
import type { Coverage, EntityHead, GroupFacts } from "../api/types";
import { download, fieldsCsv } from "../components/csv";
import { Identifier, PlainIdentifier } from "../components/Identifier";
import { Panel } from "../components/Panel";
import { Count, Nothing, Time } from "../components/values";
import { KINDS } from "../components/words";
import { useScope } from "../scope/context";

/** What an instance, interface, VPC, subnet or account is. */
export function EntityDetails({ head, coverage }: { head: EntityHead; coverage: Coverage | undefined }) {
  const { facts } = head;
  const kind = KINDS[head.kind] ?? "Entity";
  const { range } = useScope();
  const items: KeyValuePairsProps.Item[] = [
    pair(`${kind} ID`, <PlainIdentifier id={head.id} />),
    pair("Name", head.name),
    pair("AWS account", head.account ? <Identifier id={head.account} /> : null),
    pair("Region, zone", [head.region, facts.zone].filter(Boolean).join(", ") || null),
    pair("Addresses", list(facts.interfaces.flatMap((each) => each.addresses))),
    pair("VPC", facts.vpc_id ? <PlainIdentifier id={facts.vpc_id} /> : null),
    pair("Subnet", facts.subnet_id ? <PlainIdentifier id={facts.subnet_id} /> : null),
    pair("Interfaces", list(facts.interfaces.map((each) => each.id))),
    pair("Type, state", [facts.instance?.instance_type, facts.instance?.state].filter(Boolean).join(", ") || null),
    pair("Role", facts.instance?.instance_profile ? <span className="breakable">{facts.instance.instance_profile}</span> : facts.role),
    pair("First seen", <Time value={head.first_seen} />),
    pair("Last seen", <Time value={head.last_seen} />),
    pair("Flow records in the lake", <Count value={head.flows} />),
    pair("Inventory", <InventoryState head={head} />),
    pair("Flow logs in scope time", <CoverageState coverage={coverage} />),
    pair("Network ACL", facts.network_acl ? <PlainIdentifier id={facts.network_acl} /> : null),
  ].filter((item) => item !== null);
  return (
    <Panel title={`${kind} details`} help="instance" request={requestOf("/api/v1/entities/{entity}", { entity: head.id }, scope(range))} onCsv={() => download(`${head.id}.csv`, fieldsCsv(head))}>
      <SpaceBetween size="m">
        <KeyValuePairs columns={4} items={items} />
        {facts.security_groups.length ? (
          <ExpandableSection headerText={`Security groups (${facts.security_groups.length}) and tags`} variant="footer">
            <SpaceBetween size="m">
              {facts.security_groups.map((group) => (
                <Group key={group.id} group={group} />
              ))}
              <Tags tags={facts.tags} />
            </SpaceBetween>
          </ExpandableSection>
        ) : null}
      </SpaceBetween>
    </Panel>
  );
}

function pair(label: string, value: ReactNode): KeyValuePairsProps.Pair | null {
  return value === null || value === undefined || value === "" ? null : { label, value };
}

function list(ids: readonly string[]): ReactNode {
  if (!ids.length) return null;
  return (
    <SpaceBetween size="xxs">
      {ids.slice(0, 4).map((id) => (
        <Identifier key={id} id={id} />
      ))}
      {ids.length > 4 ? <span>and {ids.length - 4} more</span> : null}
    </SpaceBetween>
  );
}

function InventoryState({ head }: { head: EntityHead }) {
  const { facts } = head;
  if (!facts.known) return <StatusIndicator type="info">Not in the inventory</StatusIndicator>;
  if (facts.gone) {
    return (
      <StatusIndicator type="stopped">
        Gone since <Time value={facts.gone} />
      </StatusIndicator>
    );
  }
  return (
    <span title={facts.assumed ? "The snapshot is later than the scope time, so it may have been different then." : undefined}>
      <StatusIndicator type={facts.assumed ? "warning" : "success"}>
        {facts.assumed ? "Later, of " : "As of "}
        <Time value={facts.as_of} />
      </StatusIndicator>
    </span>
  );
}

export function CoverageState({ coverage }: { coverage: Coverage | undefined }) {
  if (!coverage) return <Nothing why="not loaded yet" />;
  return (
    <span title={coverage.words}>
      <StatusIndicator type={coverage.complete ? "success" : "warning"}>{coverage.complete ? "Complete" : "Not complete"}</StatusIndicator>
    </span>
  );
}

function Group({ group }: { group: GroupFacts }) {
  return (
    <div>
      <strong>{group.name ?? group.id}</strong> <PlainIdentifier id={group.id} />
      {group.as_of ? (
        <span className="secondary">
          {" "}
          {group.assumed ? "as of a later snapshot, " : "as of "}
          <Time value={group.as_of} />
        </span>
      ) : null}
      <div className="two-columns">
        <Rules title="Inbound" rules={group.inbound} />
        <Rules title="Outbound" rules={group.outbound} />
      </div>
    </div>
  );
}

function Rules({ title, rules }: { title: string; rules: string[] }) {
  return (
    <div>
      <span className="secondary">{title}</span>
      {rules.length ? (
        <ul className="plain-list">
          {rules.map((rule) => (
            <li key={rule} className="code">
              {rule}
            </li>
          ))}
        </ul>
      ) : (
        <div>No rules are known.</div>
      )}
    </div>
  );
}

function Tags({ tags }: { tags: Record<string, string> }) {
  const pairs = Object.entries(tags);
  if (!pairs.length) return null;
  return (
    <div>
      <strong>Tags</strong>
      <ul className="tags">
        {pairs.map(([key, value]) => (
          <li key={key} className="code">
            {key}={value}
          </li>
        ))}
      </ul>
    </div>
  );
}
