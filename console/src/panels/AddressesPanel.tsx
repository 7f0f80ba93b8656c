import { useAddresses } from "../api/queries";
import { download, plainColumns, toCsv } from "../components/csv";
import { Identifier } from "../components/Identifier";
import { Empty, Panel, Shown } from "../components/Panel";
import { SimpleTable } from "../components/SimpleTable";
import { Count, Nothing, Time } from "../components/values";
import { useScope } from "../scope/context";

/** Addresses that the entity used, and those that the inventory says it held. */
export function AddressesPanel({ id }: { id: string }) {
  const { range } = useScope();
  const addresses = useAddresses(id, range);
  const rows = addresses.data?.rows ?? [];
  const held = addresses.data?.assigned ?? [];
  return (
    <Panel
      id="addresses"
      title="Observed address assignments"
      help="addresses"
      count={addresses.data ? rows.length : undefined}
      description="Addresses that its flow records carried in scope time, and what the inventory says it held."
      query={addresses.data?.query}
      onCsv={rows.length ? () => download(`addresses-${id}.csv`, toCsv(plainColumns("address", "interface_id", "first", "last", "flows"), rows)) : null}
    >
      <Shown loading={addresses.isPending} error={addresses.error} onRetry={() => void addresses.refetch()}>
        {() => (
          <SimpleTable
            rows={rows}
            keyOf={(row) => row.address + row.interface_id}
            label="Observed address assignments"
            empty={<Empty title="No address was seen in scope time" />}
            columns={[
              { id: "address", header: "Address", width: 250, isRowHeader: true, sortingField: "address", cell: (row) => <Identifier id={row.address} /> },
              { id: "interface", header: "Interface", width: 220, cell: (row) => (row.interface_id ? <Identifier id={row.interface_id} /> : <Nothing />) },
              {
                id: "held",
                header: "In the inventory",
                width: 170,
                cell: (row) => {
                  const known = held.find((each) => each.address === row.address);
                  return known ? `${known.kind}${known.assumed ? ", by a later snapshot" : ""}` : <Nothing why="the inventory does not know this address" />;
                },
              },
              { id: "first", header: "First", width: 124, sortingField: "first", cell: (row) => <Time value={row.first} /> },
              { id: "last", header: "Last", width: 124, sortingField: "last", cell: (row) => <Time value={row.last} /> },
              { id: "flows", header: "Flows", number: true, width: 110, cell: (row) => <Count value={row.flows} what="flow records" /> },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}
