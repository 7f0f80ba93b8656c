import Link from "@cloudscape-design/components/link";
import { currentLocation, formatHash, navigate } from "../routing/location";
import type { HelpTopic } from "./topics";

/** Opens the help of a panel beside the page, or closes it. It stands in the address like everything else. */
export function openHelp(topic: HelpTopic | null): void {
  const here = currentLocation();
  const search = new URLSearchParams(here.search);
  if (topic) search.set("help", topic);
  else search.delete("help");
  navigate(formatHash(here.parts, search), { replace: true });
}

/** The link beside a panel's title. */
export function InfoLink({ topic, panel }: { topic: HelpTopic; panel: string }) {
  return (
    <Link variant="info" ariaLabel={`Info: ${panel}`} onFollow={() => openHelp(topic)}>
      Info
    </Link>
  );
}
