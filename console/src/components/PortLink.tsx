import Link from "@cloudscape-design/components/link";
import { formatHash, useLocation } from "../routing/location";
import { useHref } from "../routing/links";
import type { Range } from "../scope/scope";
import { Copy } from "./Identifier";

export interface PortLinkProps {
  /** The port in words, as the interface writes it: `https (TCP 443)`. */
  service: string;
  port: number | null;
  /** On whose side the port is, seen from the entity. */
  side: "local" | "remote" | "either";
  entity: string;
  /** The time that the details are asked about. */
  range: Range;
}

const FILTERS = { local: "local_port", remote: "remote_port", either: "port" } as const;

/** A port that leads to the details of its traffic, and can be copied. */
export function PortLink({ service, port, side, entity, range }: PortLinkProps) {
  const here = useLocation();
  const href = useHref();
  if (port === null) return <span>{service}</span>;
  const filter = `${FILTERS[side]}=${port}`;
  const [page, , id] = here.parts;
  const onProfile = page === "entities" && id === entity;
  const search = new URLSearchParams(here.search);
  if (onProfile) {
    search.set("filter", filter);
    if (!search.get("details")) search.set("details", "scope");
    for (const name of ["page", "match", "rows"]) search.delete(name);
  }
  return (
    <span className="identifier-id">
      <Link
        href={onProfile ? formatHash(here.parts, search) : href({ page: "entity", id: entity }, range, { details: "scope", filter })}
        onFollow={() => setTimeout(() => document.getElementById("activity-details")?.scrollIntoView({ block: "start", behavior: "smooth" }))}
      >
        {service}
      </Link>
      <Copy text={String(port)} what={`port ${port}`} />
    </span>
  );
}
