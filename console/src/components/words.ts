/** Names of the kinds that entities have in answers. */
export const KINDS: Record<string, string> = {
  instance: "EC2 instance",
  interface: "Network interface",
  "ip-address": "IP address",
  account: "AWS account",
  vpc: "VPC",
  subnet: "Subnet",
  resource: "Resource",
  finding: "Finding",
};

const RULES: Record<string, string> = {
  "syn-ack": "the answer to the first packet was logged",
  syn: "the first packet was logged",
  session: "another record of the same connection tells it",
  inventory: "one side was seen to answer as a server before",
  "security-group": "no security-group rule lets it in, so it was opened from inside",
  "well-known-port": "one port is below 1024",
  "registered-port": "one port is registered for a common service",
  "ephemeral-port": "one port is in the range of clients",
};

/** Why it is known who opened a connection. */
export function directionNote(rule: string, confidence: number): string {
  if (rule === "unknown") return "Nothing in the log tells who opened it.";
  return `Known because ${RULES[rule] ?? `of the rule ${rule}`}; right in ${Math.round(confidence * 100)} % of cases.`;
}

const PROTOCOLS: Record<number, string> = { 1: "ICMP", 6: "TCP", 17: "UDP", 47: "GRE", 50: "ESP", 58: "ICMPv6", 132: "SCTP" };

export function protocolName(protocol: number | null, name?: string | null): string {
  if (name) return name;
  return protocol === null ? "–" : (PROTOCOLS[protocol] ?? `Protocol ${protocol}`);
}

const FLAGS: [number, string][] = [[1, "FIN"], [2, "SYN"], [4, "RST"], [8, "PSH"], [16, "ACK"], [32, "URG"], [64, "ECE"], [128, "CWR"]];

/** TCP flags in letters. */
export function flagNames(flags: number | null): string {
  if (flags === null) return "–";
  return FLAGS.filter(([bit]) => flags & bit).map(([, name]) => name).join(" ") || "none";
}

const regions = new Intl.DisplayNames(["en"], { type: "region" });

/** A country by its code. */
export function countryName(code: string | null): string {
  if (!code) return "–";
  try {
    return regions.of(code) ?? code;
  } catch {
    return code;
  }
}

/** `This instance …` instead of its identifier, on its own page. */
export function ownTitle(title: string, entity: string): string {
  return title.replace(new RegExp(`(?:(?:EC2 instance|Network interface)\\s+)?${entity.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}`, "i"), (_, at: number) => (at === 0 ? "This machine" : "this machine"));
}

export function plural(number: number, noun: string): string {
  return `${number.toLocaleString("en-US")} ${noun}${number === 1 ? "" : "s"}`;
}
