import type { components } from "./schema";

type Schemas = components["schemas"];

/** What is not known is written as null by the interface, never left out, though its description allows both. */
export type Filled<T> = T extends (infer U)[] ? Filled<U>[] : T extends object ? { [K in keyof T]-?: Filled<Exclude<T[K], undefined>> } : T;

export type Scope = Filled<Schemas["Scope"]>;
export type CoverageGap = Filled<Schemas["CoverageGap"]>;
export type Span = Filled<Schemas["Span"]>;
export type Coverage = Filled<Schemas["Coverage"]>;
export type LakeRange = Filled<Schemas["LakeRange"]>;
export type SeverityWord = Filled<Schemas["Severity"]>;
export type Technique = Filled<Schemas["Technique"]>;
export type Confidence = Filled<Schemas["Confidence"]>;
export type FindingSummary = Filled<Schemas["FindingSummary"]>;
export type FindingsPage = Filled<Schemas["FindingsPage"]>;
export type Group = Filled<Schemas["Group"]>;
export type GroupEntity = Filled<Schemas["GroupEntity"]>;
export type GroupMember = Filled<Schemas["GroupMember"]>;
export type GroupSummary = Filled<Schemas["GroupSummary"]>;
export type Measure = Filled<Schemas["Measure"]>;
export type Expected = Filled<Schemas["Expected"]>;
export type NoveltyStatus = Filled<Schemas["NoveltyStatus"]>;
export type Novelty = Filled<Schemas["Novelty"]>;
export type Contribution = Filled<Schemas["Contribution"]>;
export type RowsQuery = Filled<Schemas["RowsQuery"]>;
export type Evidence = Filled<Schemas["Evidence"]>;
export type Actor = Filled<Schemas["Actor"]>;
export type ConnectionAction = Filled<Schemas["ConnectionAction"]>;
export type Occurrence = Filled<Schemas["Occurrence"]>;
export type Finding = Filled<Schemas["Finding"]>;
export type Place = Filled<Schemas["Place"]>;
export type ListFacts = Filled<Schemas["ListFacts"]>;
export type RemoteFacts = Filled<Schemas["RemoteFacts"]>;
export type FindingPage = Filled<Schemas["FindingPage"]>;
export type InstanceFacts = Filled<Schemas["InstanceFacts"]>;
export type InterfaceFacts = Filled<Schemas["InterfaceFacts"]>;
export type GroupFacts = Filled<Schemas["GroupFacts"]>;
export type EntityFacts = Filled<Schemas["EntityFacts"]>;
export type Holder = Filled<Schemas["Holder"]>;
export type RemoteVolume = Filled<Schemas["RemoteVolume"]>;
export type AddressFacts = Filled<Schemas["AddressFacts"]>;
export type EntityHead = Filled<Schemas["EntityHead"]>;
export type EntityLine = Filled<Schemas["EntityLine"]>;
export type VolumeRow = Filled<Schemas["VolumeRow"]>;
export type BandRow = Filled<Schemas["BandRow"]>;
export type BaselineInfo = Filled<Schemas["BaselineInfo"]>;
export type VolumePanel = Filled<Schemas["VolumePanel"]>;
export type DetailLine = Filled<Schemas["DetailLine"]>;
export type DetailTotals = Filled<Schemas["DetailTotals"]>;
export type DetailsPage = Filled<Schemas["DetailsPage"]>;
export type DistinctBin = Filled<Schemas["DistinctBin"]>;
export type PortLine = Filled<Schemas["PortLine"]>;
export type Novel = Filled<Schemas["Novel"]>;
export type ObservedAddress = Filled<Schemas["Address"]>;
export type HeldAddress = Filled<Schemas["HeldAddress"]>;
export type AddressesPanel = Filled<Schemas["AddressesPanel"]>;
export type RuleFacts = Filled<Schemas["RuleFacts"]>;
export type AclFacts = Filled<Schemas["AclFacts"]>;
export type Answers = Filled<Schemas["Answers"]>;
export type SourceTotals = Filled<Schemas["SourceTotals"]>;
export type FindingTotal = Filled<Schemas["FindingTotal"]>;
export type OccurrenceBin = Filled<Schemas["OccurrenceBin"]>;
export type SparkPoint = Filled<Schemas["SparkPoint"]>;
export type TopEntity = Filled<Schemas["TopEntity"]>;
export type Newcomer = Filled<Schemas["Newcomer"]>;
export type ListState = Filled<Schemas["ListState"]>;
export type Summary = Filled<Schemas["Summary"]>;
export type ObjectRow = Filled<Schemas["ObjectRow"]>;
export type RejectRow = Filled<Schemas["RejectRow"]>;
export type GeoFacts = Filled<Schemas["GeoFacts"]>;
export type Sources = Filled<Schemas["Sources"]>;
export type Found = Filled<Schemas["Found"]>;
export type SearchResult = Filled<Schemas["SearchResult"]>;
export type PortUse = Answers["ports"]["rows"][number];
export type Transfer = Answers["transfer"]["rows"][number];
export type DirectionTransfer = Extract<Transfer, { about: "direction" }>;
export type RemoteTransfer = Extract<Transfer, { about: "remote" }>;
export type Permit = Answers["permission"]["rows"][number];
export type Contact = Answers["reach"]["rows"][number];

/** Rows of a panel, with the query behind them and what is missing. */
export type Panel<T> = Omit<Filled<Schemas["Panel_Novel"]>, "rows"> & { rows: T[] };

/** An answer to one of the four questions. */
export type Answer<T> = Omit<Filled<Schemas["Answer_Contact"]>, "rows"> & { rows: T[] };
