//! Details as CSV (RFC 4180), for spreadsheets.

use crate::investigate::DetailLine;

const COLUMNS: &str = "entity,remote,local_port,remote_port,protocol,service,direction,direction_rule,direction_confidence,action,bytes_in,\
                       bytes_out,packets_in,packets_out,flows,tcp_flags_in,tcp_flags_out,first,last,remote_country,remote_asn,remote_as_org,\
                       remote_entity,remote_name,interface_id,lists,findings";

/// The rows with a head line.
pub(super) fn details(rows: &[DetailLine]) -> String {
    let mut text = String::with_capacity(128 * (rows.len() + 1));
    text.push_str(COLUMNS);
    text.push_str("\r\n");
    for line in rows {
        let row = &line.row;
        let cells = [
            row.entity.clone().unwrap_or_default(),
            row.remote.clone().unwrap_or_default(),
            number(row.local_port),
            number(row.remote_port),
            row.protocol_name.clone().unwrap_or_else(|| number(row.protocol)),
            row.service.clone().unwrap_or_default(),
            row.direction.to_string(),
            row.direction_rule.to_string(),
            row.direction_confidence.to_string(),
            row.action.clone().unwrap_or_default(),
            row.bytes_in.to_string(),
            row.bytes_out.to_string(),
            row.packets_in.to_string(),
            row.packets_out.to_string(),
            row.flows.to_string(),
            number(row.tcp_flags_in),
            number(row.tcp_flags_out),
            row.first.to_string(),
            row.last.to_string(),
            row.remote_country.clone().unwrap_or_default(),
            number(row.remote_asn),
            line.remote_as_org.clone().unwrap_or_default(),
            line.remote_entity.clone().unwrap_or_default(),
            line.remote_name.clone().unwrap_or_default(),
            row.interface_id.clone().unwrap_or_default(),
            line.lists.join(" "),
            row.findings.join(" "),
        ];
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            push(&mut text, cell);
        }
        text.push_str("\r\n");
    }
    text
}

fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn push(text: &mut String, cell: &str) {
    // A spreadsheet would run what begins like a formula, and tags are anybody's.
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if !formula && !cell.contains([',', '"', '\r', '\n']) {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_when_they_have_to_be() {
        let mut text = String::new();
        for cell in ["plain", "a,b", "say \"x\"", "=1+1"] {
            push(&mut text, cell);
            text.push('|');
        }
        assert_eq!(text, "plain|\"a,b\"|\"say \"\"x\"\"\"|\"'=1+1\"|");
    }

    #[test]
    fn every_row_has_every_column() {
        assert_eq!(COLUMNS.split(',').count(), 27);
        assert!(!COLUMNS.contains(' '));
        assert_eq!(details(&[]), format!("{COLUMNS}\r\n"));
    }
}
