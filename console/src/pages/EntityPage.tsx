import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMemo } from "react";
import { type FindingsQuery, useEntity, useFindings, useVolume } from "../api/queries";
import { usePageTitle } from "../app/title";
import { Copy } from "../components/Identifier";
import { Failure, Skeleton } from "../components/Panel";
import { KINDS } from "../components/words";
import { InfoLink } from "../help/context";
import { AddressDetails, TalkedToPanel } from "../panels/AddressDetails";
import { AddressesPanel } from "../panels/AddressesPanel";
import { AnswersPanel } from "../panels/answers/AnswersPanel";
import { DistinctPanel } from "../panels/DistinctPanel";
import { EntityDetails } from "../panels/EntityDetails";
import { EntityFindings } from "../panels/EntityFindings";
import { NewPanel } from "../panels/NewPanel";
import { PortsPanel } from "../panels/PortsPanel";
import { detailsWindow, volumeParams } from "../panels/volume/params";
import { VolumePanel } from "../panels/volume/VolumePanel";
import { namespaceOf } from "../routing/links";
import { useParams } from "../routing/params";
import { useScope } from "../scope/context";
import { binFor, withPeriphery } from "../scope/scope";
import { ScopeControl } from "../scope/ScopeControl";

const SUBJECT: Record<string, string> = { instance: "the instance", interface: "the interface", "ip-address": "the address", account: "the account" };
/** Kinds whose own traffic is known as that of an entity. */
const OWN = ["instance", "interface", "resource"];

/** The profile of an instance, an interface, an address or an account. */
export function EntityPage({ id }: { id: string }) {
  const { range, data } = useScope();
  const [{ finding, details }, setView] = useParams(volumeParams);
  // The answers are about what the details are about, when somebody narrowed them.
  const window = details === "scope" ? null : detailsWindow(details, range);
  const head = useEntity(id, range);
  const isAddress = namespaceOf(id) === "IpAddress";
  const about: FindingsQuery = { ...(isAddress ? { remote: id } : namespaceOf(id) === "AwsAccount" ? { account: id } : { entity: id }), limit: 100, sort: "severity" };
  const findings = useFindings(about);
  const chosen = findings.data?.rows.find((row) => row.id === finding)?.id ?? null;
  // The coverage of the scope comes with the volume of it.
  const binSecs = binFor(withPeriphery(range, 3_600, data));
  const scoped = useVolume(id, range, binSecs);
  const kind = head.data?.kind ?? (isAddress ? "ip-address" : "instance");
  const what = SUBJECT[kind] ?? "the entity";
  const marks = useMemo(() => findings.data?.rows ?? [], [findings.data]);
  usePageTitle(head.data?.name ?? id);
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        info={<InfoLink topic="scope" panel="Profile and scope time" />}
        description={head.data?.name ? `${KINDS[kind] ?? "Entity"} ${id}` : (KINDS[kind] ?? "Entity")}
        actions={<ScopeControl />}
      >
        <span className={head.data?.name ? "" : "code-title"}>{head.data?.name ?? id}</span> <Copy text={id} />
      </Header>
      <OnThisPage own={OWN.includes(kind)} />
      {scoped.data && !scoped.data.coverage.complete ? (
        <Alert type="warning" header="Part of this time is missing">
          {scoped.data.coverage.words} What is missing is hatched on the charts; it is not counted as zero.
        </Alert>
      ) : null}
      {head.error ? <Failure error={head.error} onRetry={() => void head.refetch()} /> : null}
      {head.isPending ? <Skeleton height={190} /> : null}
      {head.data && head.data.address ? <AddressDetails head={head.data} address={head.data.address} coverage={scoped.data?.coverage} /> : null}
      {head.data && !head.data.address ? <EntityDetails head={head.data} coverage={scoped.data?.coverage} /> : null}
      {head.data && head.data.flows === 0 ? (
        <Alert type="info" header="No flow records">
          The lake holds no flow record of {id}. {head.data.facts.known ? "The inventory knows it." : "The inventory does not know it either: is the identifier right?"}
        </Alert>
      ) : null}
      <EntityFindings id={id} what={what} query={about} findings={findings} chosen={finding} />
      <VolumePanel id={id} what={what} findings={marks} />
      <AnswersPanel
        id={id}
        range={window ?? range}
        finding={chosen && marks.some((row) => row.id === chosen && row.entity === id) ? chosen : null}
        onWiden={window ? () => setView({ details: "scope", page: 1 }) : null}
      />
      {isAddress && head.data?.address ? <TalkedToPanel id={id} address={head.data.address} /> : null}
      <DistinctPanel id={id} others={isAddress ? "machines" : "remote addresses"} />
      <PortsPanel id={id} />
      {OWN.includes(kind) ? <NewPanel id={id} /> : null}
      {OWN.includes(kind) ? <AddressesPanel id={id} /> : null}
    </SpaceBetween>
  );
}

const PARTS = [
  ["entity-findings", "Findings"],
  ["volume", "Volume"],
  ["answers", "Answers"],
  ["distinct", "Addresses and ports over time"],
  ["ports", "Common ports"],
  ["new", "New in scope"],
  ["addresses", "Assignments"],
] as const;

function OnThisPage({ own }: { own: boolean }) {
  return (
    <nav aria-label="On this page" className="on-this-page">
      <Box color="text-body-secondary" fontSize="body-s">
        On this page
      </Box>
      {PARTS.filter(([part]) => own || (part !== "new" && part !== "addresses")).map(([part, name]) => (
        <Link key={part} fontSize="body-s" onFollow={() => document.getElementById(part)?.scrollIntoView({ behavior: "smooth" })}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
