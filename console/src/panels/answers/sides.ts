import { namespaceOf } from "../../routing/links";

type Side = "client" | "server" | "unknown";

/** Who connected, in words. The side is that of the machine; an address is the other side of it. */
export function connectedWords(side: Side, entity: string): string {
  if (side === "unknown") return "who connected is not known";
  switch (namespaceOf(entity)) {
    case "IpAddress":
      return side === "client" ? "machines connected to it" : "it connected";
    case "AwsAccount":
      return side === "client" ? "its machines connected" : "its machines were connected to";
    default:
      return side === "client" ? "it connected" : "it was connected to";
  }
}
