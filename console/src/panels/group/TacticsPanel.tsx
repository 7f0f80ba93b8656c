import type { Group } from "../../api/types";
import { download, plainColumns, toCsv } from "../../components/csv";
import { Identifier } from "../../components/Identifier";
import { Panel } from "../../components/Panel";
import { Time } from "../../components/values";
import { plural } from "../../components/words";
import type { LinkScope } from "../../routing/links";

/** Machines named in the box of a tactic. */
const NAMED = 4;

/** The tactics in the order of an attack; those of the chain stand out, and say which step they are. */
export function TacticsPanel({ group, scope, request }: { group: Group; scope: LinkScope; request: string }) {
  const names = new Map(group.entities.map((entity) => [entity.id, entity.name]));
  const chain = group.tactics.filter((tactic) => tactic.in_chain);
  return (
    <Panel
      title="Tactics"
      help="group-tactics"
      count={group.tactics.length}
      description={chain.length > 1 ? `In the order of an attack. ${chain.length} of them follow each other in time as well: the chain.` : "In the order of an attack."}
      request={request}
      onCsv={() => download(`tactics-${group.id}.csv`, toCsv(plainColumns("tactic", "stage", "in_chain", "first_seen", "last_seen", "entities", "findings"), group.tactics))}
    >
      <ol aria-label="Tactics" className="tactics">
        {group.tactics.map((tactic) => (
          <li key={tactic.tactic} className={tactic.in_chain ? "in-chain" : undefined}>
            <strong>{tactic.tactic}</strong>
            <span className="secondary">{tactic.in_chain && chain.length > 1 ? `Step ${chain.indexOf(tactic) + 1} of the chain` : "Beside the chain"}</span>
            <span>{plural(tactic.findings.length, "finding")}</span>
            <Time value={tactic.first_seen} />
            {tactic.entities.slice(0, NAMED).map((entity) => (
              <Identifier key={entity} id={entity} name={names.get(entity) ?? null} scope={scope} />
            ))}
            {tactic.entities.length > NAMED ? <span>and {tactic.entities.length - NAMED} more</span> : null}
          </li>
        ))}
      </ol>
    </Panel>
  );
}
