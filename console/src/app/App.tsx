import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import { lazy, Suspense, useEffect, useState } from "react";
import { useDataRange } from "../api/queries";
import { Failure, Skeleton } from "../components/Panel";
import { seconds } from "../format/time";
import { openHelp } from "../help/context";
import { EmptyLakePage } from "../pages/EmptyLakePage";
import { NAMESPACES, type Namespace, namespaceOf, useHref } from "../routing/links";
import { navigate, useLocation } from "../routing/location";
import { ScopeProvider } from "../scope/context";
import { Navigation } from "./Navigation";
import { Shortcuts } from "./Shortcuts";
import { TokenForm } from "./TokenForm";
import { TopBar } from "./TopBar";

const SummaryPage = lazy(() => import("../pages/SummaryPage").then((module) => ({ default: module.SummaryPage })));
const FindingsPage = lazy(() => import("../pages/FindingsPage").then((module) => ({ default: module.FindingsPage })));
const FindingPage = lazy(() => import("../pages/FindingPage").then((module) => ({ default: module.FindingPage })));
const GroupsPage = lazy(() => import("../pages/GroupsPage").then((module) => ({ default: module.GroupsPage })));
const GroupPage = lazy(() => import("../pages/GroupPage").then((module) => ({ default: module.GroupPage })));
const EntityPage = lazy(() => import("../pages/EntityPage").then((module) => ({ default: module.EntityPage })));
const EntitiesPage = lazy(() => import("../pages/EntitiesPage").then((module) => ({ default: module.EntitiesPage })));
const SearchPage = lazy(() => import("../pages/SearchPage").then((module) => ({ default: module.SearchPage })));
const SourcesPage = lazy(() => import("../pages/SourcesPage").then((module) => ({ default: module.SourcesPage })));
const HelpContent = lazy(() => import("../help/HelpContent"));

/** The console: bar, navigation, page, help. */
export function App() {
  const { search } = useLocation();
  const [open, setOpen] = useState(() => window.innerWidth > 1_360);
  const help = search.get("help");
  return (
    <>
      <TopBar />
      <AppLayout
        headerSelector="#top-bar"
        navigation={<Navigation />}
        navigationOpen={open}
        navigationWidth={220}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        breadcrumbs={<Breadcrumbs />}
        tools={<Suspense fallback={<Skeleton height={200} />}><HelpContent topic={help} /></Suspense>}
        toolsOpen={help !== null}
        onToolsChange={({ detail }) => openHelp(detail.open ? "scope" : null)}
        toolsWidth={330}
        maxContentWidth={1_800}
        ariaLabels={{ navigation: "Pages", navigationToggle: "Open the navigation", navigationClose: "Close the navigation", tools: "Help", toolsToggle: "Open the help", toolsClose: "Close the help" }}
        content={<Content />}
      />
      <Shortcuts />
    </>
  );
}

/** The page, once it is known from when to when there are data. */
function Content() {
  const data = useDataRange();
  const { parts } = useLocation();
  const place = parts.join("/");
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [place]);
  if (data.error?.status === 401) return <TokenForm onGiven={() => void data.refetch()} />;
  if (data.error) return <Failure error={data.error} onRetry={() => void data.refetch()} />;
  if (!data.data) return <Skeleton height={480} />;
  const { first, last } = data.data;
  const empty = first === null || last === null;
  return (
    <ScopeProvider data={{ first: first === null ? null : seconds(first), last: last === null ? null : seconds(last) }}>
      {empty && parts[0] !== "sources" ? (
        <EmptyLakePage onRetry={() => void data.refetch()} />
      ) : (
        <Suspense fallback={<Skeleton height={480} />}>
          <Page />
        </Suspense>
      )}
    </ScopeProvider>
  );
}

function Page() {
  const { parts } = useLocation();
  const [page, second, third] = parts;
  if (page === undefined) return <SummaryPage />;
  // Older deep links name the detector between: #findings/GuardDuty/<id>.
  if (page === "findings") return second === undefined ? <FindingsPage /> : <FindingPage key={third ?? second} id={third ?? second} />;
  if (page === "groups") return second === undefined ? <GroupsPage /> : <GroupPage key={second} id={second} />;
  if (page === "entities" && third !== undefined) return <EntityPage key={third} id={third} />;
  if (page === "entities") return second === undefined || second in NAMESPACES ? <EntitiesPage /> : <EntityPage key={second} id={second} />;
  if (page === "search") return <SearchPage />;
  if (page === "sources") return <SourcesPage />;
  return <SummaryPage />;
}

const PAGES: Record<string, string> = { findings: "Findings", groups: "Finding groups", entities: "Machines", search: "Search", sources: "Sources" };

function Breadcrumbs() {
  const { parts } = useLocation();
  const href = useHref();
  const [page, second, third] = parts;
  const items = [{ text: "Weir", href: href({ page: "summary" }) }];
  if (page && PAGES[page]) items.push({ text: PAGES[page], href: href({ page: page as "findings" }) });
  const id = third ?? second;
  if (id && page === "entities") items.push({ text: `${NAMESPACES[namespaceOf(id) as Namespace]} ${id}`, href: "" });
  if (id && page === "findings") items.push({ text: "Finding", href: "" });
  if (id && page === "groups") items.push({ text: "Group", href: "" });
  if (items.length === 1) items.push({ text: "Summary", href: "" });
  return (
    <BreadcrumbGroup
      items={items}
      ariaLabel="Where you are"
      onFollow={(event) => {
        event.preventDefault();
        if (event.detail.href) navigate(event.detail.href);
      }}
    />
  );
}
