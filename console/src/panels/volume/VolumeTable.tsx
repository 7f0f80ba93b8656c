import type { VolumePanel } from "../../api/types";
import { Bytes, Count, Nothing, Time } from "../../components/values";

/** The numbers behind the charts, for whoever reads them rather than sees them. */
export function VolumeTable({ volume }: { volume: VolumePanel }) {
  return (
    <div className="plain-table-box" tabIndex={0} role="region" aria-label="Volume as a table">
      <table className="plain-table">
        <thead>
          <tr>
            {["Start", "Direction of the bytes", "Action", "Bytes", "Packets", "Flow records", "Usual from", "Usual to"].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {volume.rows.map((row) => (
            <tr key={`${row.start}${row.direction}${row.action}`}>
              <td>
                <Time value={row.start} />
              </td>
              <td>{row.direction}</td>
              <td>{row.action ?? "not said"}</td>
              <td className="number">
                <Bytes value={row.bytes} />
              </td>
              <td className="number">
                <Count value={row.packets} />
              </td>
              <td className="number">
                <Count value={row.flows} />
              </td>
              <td className="number">{row.expected_low === null ? <Nothing /> : <Bytes value={row.expected_low} />}</td>
              <td className="number">{row.expected_high === null ? <Nothing /> : <Bytes value={row.expected_high} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
