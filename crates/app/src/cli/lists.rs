//! `inventory` and `intel`: what is told from outside.

use anyhow::Context as _;
use enrich::{List, ListKind};
use flow::Timestamp;
use serde_json::json;

use super::arguments::{Global, ImportInventory, ImportList};
use super::collect::catch_up;
use super::{now, open};
use crate::documents::inventory_time;
use crate::home::Access;
use crate::human;
use crate::output::{self, Format, Grid};

pub(crate) async fn import_inventory(global: &Global, arguments: &ImportInventory) -> anyhow::Result<()> {
    let given = arguments.as_of.as_deref().map(|text| Timestamp::parse_relative(text, now())).transpose()?;
    let mut files = Vec::new();
    for file in &arguments.files {
        files.push((file.clone(), given.map_or_else(|| inventory_time(file), Ok)?));
    }
    let weir = open(global, Access::Read).await?;
    let imported = weir.documents.import(&files).await?;
    let late = weir.engine().await?.range().await?.first.is_some();
    if global.output == Format::Json {
        let documents: Vec<_> = imported
            .iter()
            .map(|(file, as_of, counts)| {
                json!({
                    "file": file, "as_of": as_of, "instances": counts.instances, "interfaces": counts.interfaces,
                    "security_groups": counts.security_groups, "network_acls": counts.network_acls, "subnets": counts.subnets,
                    "vpcs": counts.vpcs, "flow_logs": counts.flow_logs, "skipped": counts.skipped,
                })
            })
            .collect();
        return output::json(&json!({ "documents": documents, "rebuild_needed": late }));
    }
    let rows = imported
        .iter()
        .map(|(file, as_of, counts)| {
            let kinds = [
                (counts.instances, "instances"),
                (counts.interfaces, "interfaces"),
                (counts.security_groups, "security groups"),
                (counts.network_acls, "network ACLs"),
                (counts.subnets, "subnets"),
                (counts.vpcs, "VPCs"),
                (counts.flow_logs, "flow logs"),
            ];
            let words: Vec<String> = kinds.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}")).collect();
            vec![file.display().to_string(), as_of.to_string(), words.join(", "), counts.skipped.to_string()]
        })
        .collect();
    output::grid(global.output, &Grid { header: vec!["file", "true at", "holds", "left out"], rows, right: &[3] })?;
    if late && global.output == Format::Table {
        output::print("flows already in the lake keep the entity they were given: weir rebuild gives them what this inventory says\n")?;
    }
    Ok(())
}

pub(crate) async fn import_list(global: &Global, arguments: &ImportList) -> anyhow::Result<()> {
    let bytes = std::fs::read(&arguments.file).with_context(|| format!("cannot read {}", arguments.file.display()))?;
    let (mut list, rejected) = List::parse(&arguments.name, arguments.kind, &bytes, now());
    anyhow::ensure!(
        !list.entries.is_empty(),
        "{} holds no address that can be read{}",
        arguments.file.display(),
        rejected.first().map(|line| format!("; line {}: {}", line.line, line.reason)).unwrap_or_default()
    );
    list.source = Some(arguments.file.display().to_string());
    // A change of lists is a change of the lake's findings, so the writer's lock is taken.
    let weir = open(global, Access::Write).await?;
    weir.store.put_list(&list.name, list.kind.as_str(), list.added, &serde_json::to_value(&list)?).await?;
    drop(weir);
    let detected = if arguments.no_detect {
        None
    } else {
        let weir = open(global, Access::Write).await?;
        // A changed list makes everything due.
        catch_up(global, &weir).await?
    };
    if global.output == Format::Json {
        let refused: Vec<_> = rejected.iter().map(|line| json!({ "line": line.line, "text": line.text, "reason": line.reason })).collect();
        return output::json(&json!({
            "name": list.name, "kind": list.kind, "entries": list.entries.len(), "rejected": refused,
            "findings": detected.as_ref().map(|detected| &detected.findings),
        }));
    }
    let mut text = format!("{} entries in list {:?} of kind {}\n", human::count(list.entries.len() as u64), list.name, list.kind);
    for line in rejected.iter().take(10) {
        text += &format!("{}:{}: {}: {:?}\n", arguments.file.display(), line.line, line.reason, line.text);
    }
    if rejected.len() > 10 {
        text += &format!("and {} more lines that could not be read\n", rejected.len() - 10);
    }
    if let Some(detected) = detected.filter(|detected| detected.new > 0) {
        text += &format!("{} new findings in the past: weir findings list\n", detected.new);
    }
    output::print(&text)
}

pub(crate) async fn show_lists(global: &Global) -> anyhow::Result<()> {
    let weir = open(global, Access::Read).await?;
    let age = |added: Timestamp| now().secs() - added.secs();
    if global.output == Format::Json {
        let lists: Vec<_> = weir
            .lists
            .iter()
            .map(|list| json!({ "name": list.name, "kind": list.kind, "entries": list.entries.len(), "added": list.added, "age_secs": age(list.added), "source": list.source }))
            .collect();
        return output::json(&lists);
    }
    let rows = weir
        .lists
        .iter()
        .map(|list| {
            let source = list.source.clone().unwrap_or_default();
            vec![
                list.name.clone(),
                list.kind.to_string(),
                human::count(list.entries.len() as u64),
                human::duration(age(list.added)),
                source,
            ]
        })
        .collect();
    output::grid(global.output, &Grid { header: vec!["name", "kind", "entries", "age", "source"], rows, right: &[2] })
}

pub(crate) async fn remove_list(global: &Global, name: &str) -> anyhow::Result<()> {
    let weir = open(global, Access::Write).await?;
    anyhow::ensure!(weir.store.delete_list(name).await?, "there is no list {name:?}: weir intel list");
    drop(weir);
    let weir = open(global, Access::Write).await?;
    catch_up(global, &weir).await?;
    output::print("removed\n")
}

/// Kinds in the order in which a world's lists are imported: trusted addresses first, since they win.
pub(crate) const WORLD_LISTS: [(&str, ListKind, &str); 3] = [
    ("trusted", ListKind::Trusted, "trusted.txt"),
    ("tor-relays", ListKind::TorRelay, "tor-relays.txt"),
    ("threat-list", ListKind::Threat, "threat-list.txt"),
];
