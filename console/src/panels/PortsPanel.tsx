import { usePorts } from "../api/queries";
import { useShade } from "../app/preferences";
import { chartColors } from "../charts/colors";
import { Direction } from "../components/badges";
import { download, plainColumns, toCsv } from "../components/csv";
import { Empty, Panel, Shown } from "../components/Panel";
import { SimpleTable } from "../components/SimpleTable";
import { Bytes, Count } from "../components/values";
import { protocolName } from "../components/words";
import { percent } from "../format/number";
import { useScope } from "../scope/context";

/** Volume by common port: in all, and in an average hour of the scope. */
export function PortsPanel({ id }: { id: string }) {
  const { range } = useScope();
  const colors = chartColors(useShade());
  const ports = usePorts(id, range);
  const rows = ports.data?.rows ?? [];
  return (
    <Panel
      id="ports"
      title="Volume by common port"
      help="ports"
      count={ports.data ? rows.length : undefined}
      description="Bytes by the server's port, in scope time and in an average hour of it."
      query={ports.data?.query}
      onCsv={
        rows.length
          ? () => download(`ports-${id}.csv`, toCsv(plainColumns("port", "protocol", "service", "direction", "bytes_in", "bytes_out", "bytes_in_per_hour", "bytes_out_per_hour", "share", "flows", "rejected", "remotes"), rows))
          : null
      }
    >
      <Shown loading={ports.isPending} error={ports.error} onRetry={() => void ports.refetch()} height={240}>
        {() => (
          <SimpleTable
            rows={rows}
            keyOf={(row) => `${row.protocol} ${row.port} ${row.direction}`}
            label="Volume by common port"
            empty={<Empty title="No traffic in scope time" />}
            columns={[
              {
                id: "port",
                header: "Server port",
                width: 150,
                isRowHeader: true,
                sortingField: "port",
                cell: (row) => (
                  <>
                    <strong>{row.port ?? "no port"}</strong> {protocolName(row.protocol)} <span className="secondary">{row.service}</span>
                  </>
                ),
              },
              { id: "direction", header: "Connection", width: 128, sortingField: "direction", cell: (row) => <Direction word={row.direction} note="Who opened the connections" /> },
              {
                id: "share",
                header: "Share of all bytes",
                width: 150,
                sortingField: "share",
                cell: (row) => (
                  <span className="share">
                    <span className="share-track" aria-hidden="true">
                      <span style={{ width: `${Math.max(row.share * 100, 0.5)}%`, background: row.direction === "inbound" ? colors.inbound : colors.outbound }} />
                    </span>
                    {percent(row.share)}
                  </span>
                ),
              },
              { id: "bytes_in", header: "Inbound", number: true, width: 102, cell: (row) => <Bytes value={row.bytes_in} /> },
              { id: "bytes_out", header: "Outbound", number: true, width: 112, cell: (row) => <Bytes value={row.bytes_out} /> },
              { id: "bytes_in_per_hour", header: "In per hour", number: true, width: 112, cell: (row) => <Bytes value={row.bytes_in_per_hour} /> },
              { id: "bytes_out_per_hour", header: "Out per hour", number: true, width: 118, cell: (row) => <Bytes value={row.bytes_out_per_hour} /> },
              { id: "remotes", header: "Remotes", number: true, width: 108, cell: (row) => <Count value={row.remotes} /> },
              { id: "rejected", header: "Rejected", number: true, width: 108, cell: (row) => <Count value={row.rejected} what="flow records" /> },
            ]}
          />
        )}
      </Shown>
    </Panel>
  );
}
