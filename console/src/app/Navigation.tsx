import SideNavigation from "@cloudscape-design/components/side-navigation";
import { useHref } from "../routing/links";
import { navigate, useLocation } from "../routing/location";

/** The pages. */
export function Navigation() {
  const { parts } = useLocation();
  const href = useHref();
  const pages = [
    ["", "Summary", href({ page: "summary" })],
    ["findings", "Findings", href({ page: "findings" })],
    ["groups", "Finding groups", href({ page: "groups" })],
    ["entities", "Machines", href({ page: "entities" })],
    ["search", "Search", href({ page: "search" })],
  ] as const;
  const sources = href({ page: "sources" });
  const active = parts[0] === "sources" ? sources : pages.find(([page]) => page === (parts[0] ?? ""))?.[2];
  return (
    <SideNavigation
      activeHref={active}
      items={[...pages.map(([, text, to]) => ({ type: "link" as const, text, href: to })), { type: "divider" }, { type: "link", text: "Sources", href: sources }]}
      onFollow={(event) => {
        event.preventDefault();
        navigate(event.detail.href);
      }}
    />
  );
}
