//! What compaction and vacuum may change, and what not.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use flow::{Action, Address, Direction, DirectionRule, FlowBatch, Timestamp};
use lake::{Compacted, CompactionPolicy, Lake, Merge, Table};
use proptest::prelude::*;

use crate::commits::{NOW, object, open, rows};

/// One flow: entity, second of three days, remote, port, bytes, direction, rejected.
type Row = (u8, u32, u8, u8, u16, bool, bool);

fn batch(rows: &[Row]) -> FlowBatch {
    let mut flows = FlowBatch::default();
    for (index, &(entity, second, remote, port, bytes, inbound, rejected)) in rows.iter().enumerate() {
        let time = Timestamp::from_secs(1_763_900_000 + i64::from(second));
        let name = flows.symbols.intern(&format!("i-{entity:02}"));
        flows.entity.set(index, name);
        if entity < 3 {
            let account = flows.symbols.intern(&format!("{}", 111_111_111_111_u64 * u64::from(entity + 1)));
            flows.account_id.set(index, account);
        }
        flows.hour.set(index, time.hour());
        flows.start_time.set(index, time);
        flows.end_time.set(index, time.plus_secs(59));
        let (local, remote) = (Address::from_v4_bits(0x0a00_0001), Address::from_v4_bits(0xcb00_7100 + u32::from(remote)));
        flows.src_addr.set(index, if inbound { remote } else { local });
        flows.dst_addr.set(index, if inbound { local } else { remote });
        flows.src_port.set(index, 40_000);
        flows.dst_port.set(index, 440 + u16::from(port));
        flows.protocol.set(index, 6);
        flows.bytes.set(index, u64::from(bytes));
        flows.packets.set(index, 1);
        if bytes % 3 != 0 {
            flows.tcp_flags.set(index, port & 0x13);
        }
        flows.action.set(index, if rejected { Action::Reject } else { Action::Accept });
        let direction = if inbound { Direction::Inbound } else { Direction::Outbound };
        flows.direction.set(index, direction);
        flows.connection_direction.set(index, direction);
        flows.direction_rule.set(index, if port % 2 == 0 { DirectionRule::Syn } else { DirectionRule::EphemeralPort });
        flows.push_row();
    }
    flows
}

/// Every row of a table as text, in the order of files and rows.
pub(crate) async fn texts(lake: &Lake, table: Table) -> Vec<Vec<String>> {
    let names: Vec<String> = table.schema().fields().iter().map(|field| field.name().clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut all = Vec::new();
    for file in lake.state(table).await.unwrap().files.iter() {
        for read in lake.read(table, file, &names).await.unwrap() {
            all.extend(lines(&read));
        }
    }
    all
}

fn lines(batch: &RecordBatch) -> Vec<Vec<String>> {
    let plain: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| match column.data_type() {
            DataType::Dictionary(_, value) => cast(column, value).unwrap(),
            _ => Arc::clone(column),
        })
        .collect();
    let options = FormatOptions::new().with_null("-");
    let columns: Vec<_> = plain.iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap()).collect();
    (0..batch.num_rows()).map(|row| columns.iter().map(|column| column.value(row).to_string()).collect()).collect()
}

/// What the rows of an additive table mean: one row a key, made in the plainest way.
fn meaning(table: Table, rows: &[Vec<String>]) -> BTreeMap<Vec<String>, Vec<String>> {
    let specs = table.columns().unwrap();
    let mut meant: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for row in rows {
        let pick =
            |key: bool| row.iter().zip(specs).filter(move |(_, spec)| (spec.merge == Merge::Key) == key).map(|(text, _)| text.clone());
        let how: Vec<Merge> = specs.iter().map(|spec| spec.merge).filter(|merge| *merge != Merge::Key).collect();
        let values: Vec<String> = pick(false).collect();
        meant
            .entry(pick(true).collect())
            .and_modify(|held| {
                for ((held, new), how) in held.iter_mut().zip(&values).zip(&how) {
                    let integers = || (held.parse::<i64>(), new.parse::<i64>());
                    *held = match (how, integers()) {
                        (_, _) if held == "-" => new.clone(),
                        (_, _) if new == "-" => held.clone(),
                        (Merge::Sum, (Ok(left), Ok(right))) => (left + right).to_string(),
                        (Merge::Or, (Ok(left), Ok(right))) => (left | right).to_string(),
                        (Merge::Least, _) => held.clone().min(new.clone()),
                        // Instants of one zone and fractions below 1 compare as texts.
                        _ => held.clone().max(new.clone()),
                    };
                }
            })
            .or_insert(values);
    }
    meant
}

async fn compact(lake: &Arc<Lake>, policy: &CompactionPolicy) -> Compacted {
    let mut all = Compacted::default();
    loop {
        let plan = lake.plan_compaction(policy).await.unwrap();
        if plan.is_empty() {
            return all;
        }
        for step in &plan {
            all += lake.compact(step, NOW).await.unwrap();
        }
    }
}

fn rows_strategy() -> impl Strategy<Value = Vec<Vec<Row>>> {
    let row = (0..4_u8, 0..200_000_u32, 0..4_u8, 0..4_u8, any::<u16>(), any::<bool>(), any::<bool>());
    prop::collection::vec(prop::collection::vec(row, 1..60), 2..7)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn the_old_rows_of_one_account_leave_and_no_others(batches in rows_strategy()) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let lake = open(folder.path()).await;
            for (index, rows) in batches.iter().enumerate() {
                let mut writer = lake.begin(NOW).await.unwrap();
                writer.write_flows(&mut batch(rows)).await.unwrap();
                writer.commit(&mut [object(&format!("{index}"), rows.len() as u64)]).await.unwrap();
            }
            let (account, before) = ("222222222222", "2025-11-24");
            for table in [Table::Flows, Table::Activity, Table::Volume] {
                let place = |name: &str| table.schema().index_of(name).unwrap();
                let day = |row: &Vec<String>| row[place("hour")][..10].to_owned();
                let leaves = |row: &Vec<String>| row[place("account_id")] == account && day(row).as_str() < before;
                let all = texts(&lake, table).await;
                let mut stay: Vec<_> = all.iter().filter(|row| !leaves(row)).cloned().collect();
                let mut clean = std::collections::HashSet::new();
                let would = lake.expire_account(table, account, before, NOW, true, &mut clean).await.unwrap();
                let done = lake.expire_account(table, account, before, NOW, false, &mut clean).await.unwrap();
                assert_eq!(would, done);
                assert_eq!(done.rows, (all.len() - stay.len()) as u64);
                let mut left = texts(&lake, table).await;
                left.sort();
                stay.sort();
                assert_eq!(left, stay);
                let again = lake.expire_account(table, account, before, NOW, false, &mut clean).await.unwrap();
                assert_eq!(again, lake::Expired::default());
                if done.rows > 0 {
                    assert_eq!(lake.account_horizons().await.unwrap()[account][&table], before);
                }
            }
            assert!(lake.expire_account(Table::Seen, account, before, NOW, false, &mut std::collections::HashSet::new()).await.is_err());
        });
    }

    #[test]
    fn the_rows_are_the_same_before_and_after(batches in rows_strategy(), max_files in 2..5_usize) {
        tokio::runtime::Runtime::new().unwrap().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let lake = open(folder.path()).await;
            for (index, rows) in batches.iter().enumerate() {
                let mut writer = lake.begin(NOW).await.unwrap();
                writer.write_flows(&mut batch(rows)).await.unwrap();
                writer.commit(&mut [object(&format!("object-{index}"), rows.len() as u64)]).await.unwrap();
            }
            let mut before = BTreeMap::new();
            for table in Table::ALL {
                before.insert(table, texts(&lake, table).await);
            }
            let policy = CompactionPolicy { max_files, ..CompactionPolicy::default() };
            compact(&lake, &policy).await;
            // A second process sees the same.
            let lake = open(folder.path()).await;
            for table in Table::ALL {
                let after = texts(&lake, table).await;
                if table.is_additive() {
                    assert_eq!(meaning(table, &before[&table]), meaning(table, &after), "{table}");
                } else {
                    let sorted = |mut rows: Vec<Vec<String>>| { rows.sort(); rows };
                    assert_eq!(sorted(before[&table].clone()), sorted(after), "{table}");
                }
                for file in lake.state(table).await.unwrap().files.iter() {
                    let read = lake.read(table, file, table.order()).await.unwrap();
                    let keys: Vec<Vec<String>> = read.iter().flat_map(lines).collect();
                    // Files give their columns in the order of the schema, which is that of the table's order.
                    assert!(keys.is_sorted(), "{table} {}", file.path);
                }
            }
        });
    }
}

#[tokio::test]
async fn many_commits_of_a_day_become_one_file_and_one_row_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    for commit in 0..10_u32 {
        let rows: Vec<Row> = (0..200).map(|row| ((row % 4) as u8, row * 10 + commit, (row % 3) as u8, 3, 100, false, false)).collect();
        let mut writer = lake.begin(NOW).await.unwrap();
        writer.write_flows(&mut batch(&rows)).await.unwrap();
        writer.commit(&mut [object(&format!("object-{commit}"), 200)]).await.unwrap();
    }
    let activity = rows(&lake, Table::Activity).await;
    let done = compact(&lake, &CompactionPolicy::default()).await;
    assert!(done.files_after < done.files_before && done.bytes_after < done.bytes_before, "{done:?}");
    assert_eq!(rows(&lake, Table::Flows).await, 2_000);
    assert_eq!(rows(&lake, Table::Activity).await * 10, activity);
    for table in [Table::Flows, Table::Activity, Table::Volume, Table::Seen, Table::Objects] {
        assert_eq!(lake.state(table).await.unwrap().files.len(), 1, "{table}");
    }
    assert_eq!(compact(&lake, &CompactionPolicy::default()).await, Compacted::default(), "what is compact stays as it is");

    // The old files are still there for those who read the version before, until a vacuum.
    let later = Timestamp::from_secs(4_000_000_000);
    let young = lake.vacuum(Timestamp::from_secs(0), false).await.unwrap();
    assert_eq!((young.files, young.kept), (0, done.files_before));
    let counted = lake.vacuum(later, true).await.unwrap();
    assert_eq!(counted.files, done.files_before);
    assert_eq!(lake.vacuum(later, false).await.unwrap(), counted);
    assert_eq!(lake.vacuum(later, false).await.unwrap().files, 0);
    assert_eq!(texts(&lake, Table::Flows).await.len(), 2_000);
}

#[tokio::test]
async fn a_large_file_is_not_written_anew_for_every_small_one() {
    let folder = tempfile::tempdir().unwrap();
    let lake = open(folder.path()).await;
    // Byte counts without a pattern, so that the rows weigh more than the file's own description.
    let bytes = |row: u32| (row.wrapping_mul(2_654_435_761) >> 16) as u16;
    let large: Vec<Row> = (0..40_000).map(|row| ((row % 4) as u8, row, (row % 200) as u8, 3, bytes(row), false, false)).collect();
    for (name, rows) in [("large", &large[..]), ("small", &large[..10])] {
        let mut writer = lake.begin(NOW).await.unwrap();
        writer.write_flows(&mut batch(rows)).await.unwrap();
        writer.commit(&mut [object(name, rows.len() as u64)]).await.unwrap();
    }
    let planned = lake.plan_compaction(&CompactionPolicy::default()).await.unwrap();
    assert!(planned.iter().all(|step| step.table != Table::Flows), "{planned:?}");
}
