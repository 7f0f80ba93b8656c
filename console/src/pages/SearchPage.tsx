import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Link from "@cloudscape-design/components/link";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type FormEvent, useEffect, useState } from "react";
import { requestOf, useSearch } from "../api/queries";
import type { Found } from "../api/types";
import { usePageTitle } from "../app/title";
import { download, plainColumns, toCsv } from "../components/csv";
import { Copy, Identifier } from "../components/Identifier";
import { Empty, Panel, Shown } from "../components/Panel";
import { SimpleTable } from "../components/SimpleTable";
import { Nothing, Time } from "../components/values";
import { KINDS } from "../components/words";
import { InfoLink } from "../help/context";
import { navigate } from "../routing/location";
import { useHref } from "../routing/links";
import { text, useParams } from "../routing/params";

const params = { q: text() };
const EXAMPLES = ["i-*", "10.0.0.0/16", "10.0.*.*", "*web*"];

/** Finds machines, addresses, accounts and findings. */
export function SearchPage() {
  usePageTitle("Search");
  const [{ q }] = useParams(params);
  const href = useHref();
  const [typed, setTyped] = useState(q);
  useEffect(() => setTyped(q), [q]);
  const found = useSearch(q);
  const rows = found.data?.rows ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    navigate(href({ page: "search", text: typed.trim() }));
  };
  return (
    <SpaceBetween size="l">
      <Header variant="h1" info={<InfoLink topic="search" panel="Search" />} description="Instance, interface, IP address, network, account, name, or finding.">
        Search
      </Header>
      <Container>
        <form onSubmit={submit} role="search">
          <SpaceBetween size="xs">
            <div className="search-row">
              <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} type="search" placeholder="i-0c05…, 10.0.0.5, 10.0.0.0/16, 10.0.*.*, 123456789012, web-1" ariaLabel="Search for" autoFocus />
              <Button variant="primary" formAction="submit">
                Search
              </Button>
            </div>
            <Box color="text-body-secondary" fontSize="body-s">
              Upper and lower case are the same. <span className="code">*</span> stands for any letters, <span className="code">?</span> for one. For example{" "}
              {EXAMPLES.map((example) => (
                <span key={example}>
                  <Link href={href({ page: "search", text: example })} fontSize="body-s">
                    {example}
                  </Link>{" "}
                </span>
              ))}
            </Box>
          </SpaceBetween>
        </form>
      </Container>
      {q ? (
        <Panel
          title={`Found for “${q}”`}
          help="search"
          count={found.data ? `${rows.length}${found.data.more ? "+" : ""}` : undefined}
          description={found.data?.more ? "There is more than can be listed: say more of it." : undefined}
          request={requestOf("/api/v1/search", {}, { text: q })}
          onCsv={rows.length ? () => download("search.csv", toCsv(plainColumns("id", "kind", "name", "account", "matched", "first_seen", "last_seen"), rows)) : null}
        >
          <Shown loading={found.isPending} error={found.error} onRetry={() => void found.refetch()} height={240}>
            {() => <Results rows={rows} />}
          </Shown>
        </Panel>
      ) : null}
    </SpaceBetween>
  );
}

function Results({ rows }: { rows: Found[] }) {
  return (
    <SimpleTable
      rows={rows}
      pageSize={25}
      keyOf={(row) => row.kind + row.id}
      label="Search results"
      empty={<Empty title="Nothing was found">Neither the inventory, nor the flow logs, nor the findings know it. Try a part of it between two asterisks.</Empty>}
      columns={[
        { id: "id", header: "Identifier", width: 222, isRowHeader: true, sortingField: "id", cell: (row) => <Hit row={row} /> },
        { id: "kind", header: "Kind", width: 120, sortingField: "kind", cell: (row) => KINDS[row.kind] ?? row.kind },
        { id: "name", header: "Name", width: 150, sortingField: "name", cell: (row) => row.name ?? <Nothing why="no name is known" /> },
        { id: "matched", header: "What matched", width: 156, cell: (row) => (row.matched === row.id ? "Its identifier" : <span className="breakable">{row.matched}</span>) },
        { id: "account", header: "Account", width: 166, sortingField: "account", cell: (row) => (row.account ? <Identifier id={row.account} /> : <Nothing />) },
        { id: "first", header: "First seen", width: 124, sortingField: "first_seen", cell: (row) => <Time value={row.first_seen} /> },
        { id: "last", header: "Last seen", width: 124, sortingField: "last_seen", cell: (row) => <Time value={row.last_seen} /> },
      ]}
    />
  );
}

function Hit({ row }: { row: Found }) {
  const href = useHref();
  if (row.kind !== "finding") return <Identifier id={row.id} />;
  return (
    <span className="identifier-id">
      <Link href={href({ page: "finding", id: row.id })}>{row.id}</Link>
      <Copy text={row.id} />
    </span>
  );
}
