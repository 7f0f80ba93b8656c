//! What really happened, for checking what is found: the steps of the intrusion, the findings they call for, and the look-alikes.

use std::collections::BTreeSet;
use std::net::IpAddr;

use serde::Serialize;

use crate::Config;
use crate::attacks::Attack;
use crate::delivery::{Written, instant, slot_secs};
use crate::events;
use crate::internet;
use crate::intrusion::{Intrusion, Step};
use crate::record::{Connection, End, Outcome};
use crate::time::{HOUR, Span};
use crate::world::{REGION, Role, World};

/// An interval, RFC 3339, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Range {
    /// First instant.
    pub from: String,
    /// First instant after it.
    pub to: String,
}

impl Range {
    pub(crate) fn new(from: u64, to: u64) -> Self {
        let text = |secs| instant(secs).format("%Y-%m-%dT%H:%M:%SZ").to_string();
        Self { from: text(from), to: text(to) }
    }
}

/// A machine worth looking at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entity {
    /// Instance id.
    pub instance_id: String,
    /// Its name tag.
    pub name: String,
    /// Account that owns it.
    pub account_id: String,
    /// Id of its only interface.
    pub interface_id: String,
    /// Primary private address.
    pub private_address: String,
    /// Public address, for machines that have one.
    pub public_address: Option<String>,
}

impl Entity {
    pub(crate) fn new(world: &World, index: u32) -> Self {
        let interface = world.interface(index);
        let instance = world.instance(index);
        Self {
            instance_id: instance.id.clone(),
            name: instance.name.clone(),
            account_id: world.accounts[interface.account].id.to_owned(),
            interface_id: interface.id.clone(),
            private_address: interface.address.to_string(),
            public_address: interface.public.map(|address| address.to_string()),
        }
    }
}

/// The document.
#[derive(Serialize)]
pub(crate) struct Truth {
    seed: u64,
    range: Range,
    region: &'static str,
    slot_secs: u64,
    records: u64,
    accounts: Vec<AccountTruth>,
    instances: Vec<Entity>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intrusion: Option<IntrusionTruth>,
    expected: Vec<Expected>,
    /// One attack of each kind, in worlds that have them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attacks: Vec<AttackTruth>,
    decoys: Vec<Decoy>,
}

#[derive(Serialize)]
struct AccountTruth {
    id: &'static str,
    name: &'static str,
    vpc_id: String,
    flow_log_id: String,
    records: u64,
}

#[derive(Serialize)]
struct IntrusionTruth {
    entity: Entity,
    /// From the first accepted guess to the last packet.
    scope: Range,
    /// The rule that made it possible, and since when it is there.
    opened_at: String,
    opened_group: String,
    opened_rule: &'static str,
    command_host: String,
    command_port: u16,
    drop_host: String,
    tor_guards: Vec<String>,
    brute_force_network: &'static str,
    listed_addresses: Vec<String>,
    steps: Vec<StepTruth>,
}

#[derive(Serialize)]
struct StepTruth {
    name: &'static str,
    technique: &'static str,
    text: &'static str,
    range: Range,
    connections: usize,
    accepted: bool,
    remotes: Vec<String>,
    server_ports: Vec<u16>,
    /// Payload as the machine that was broken into sees it; headers come on top.
    payload_bytes_in: u64,
    payload_bytes_out: u64,
}

/// A finding that the day calls for.
#[derive(Serialize)]
struct Expected {
    #[serde(rename = "type")]
    kind: &'static str,
    entity: String,
    range: Range,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    remotes: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ports: Vec<u16>,
    /// Whether it must be raised; the others are true as well, but a detector may see them otherwise.
    required: bool,
    why: &'static str,
}

/// An attack, by the finding that it calls for.
#[derive(Serialize)]
struct AttackTruth {
    #[serde(rename = "type")]
    kind: &'static str,
    entity: String,
    range: Range,
    connections: usize,
    /// Other machines that it was done to.
    victims: Vec<String>,
}

#[derive(Serialize)]
struct Decoy {
    name: &'static str,
    entities: Vec<String>,
    when: String,
    why: &'static str,
    must_not_raise: Vec<&'static str>,
}

const TOR: &str = "UnauthorizedAccess:EC2/TorClient";
const LISTED: &str = "UnauthorizedAccess:EC2/MaliciousIPCaller.Custom";
const PORT: &str = "Behavior:EC2/NetworkPortUnusual";
const VOLUME: &str = "Behavior:EC2/TrafficVolumeUnusual";
const GUESSING: &str = "UnauthorizedAccess:EC2/SSHBruteForce";

impl Truth {
    pub(crate) fn new(world: &World, config: &Config, span: Span, plan: Option<&Intrusion>, attacks: &[Attack], written: &Written) -> Self {
        let account = |(account, records): (&crate::world::Account, &u64)| AccountTruth {
            id: account.id,
            name: account.name,
            vpc_id: account.vpc.clone(),
            flow_log_id: account.flow_log.clone(),
            records: *records,
        };
        Self {
            seed: config.seed,
            range: Range::new(span.start, span.end),
            region: REGION,
            slot_secs: slot_secs(config, span),
            records: written.records.iter().sum(),
            accounts: world.accounts.iter().zip(&written.records).map(account).collect(),
            instances: (0_u32..).zip(&world.instances).map(|(index, _)| Entity::new(world, index)).collect(),
            intrusion: plan.map(|plan| intrusion(world, span, plan)),
            expected: plan.map_or_else(Vec::new, |plan| expected(world, plan)),
            attacks: attacks
                .iter()
                .map(|attack| {
                    let from = attack.connections.iter().map(|connection| connection.start).min().unwrap_or(0);
                    let to = attack.connections.iter().map(|connection| connection.start + connection.secs).max().unwrap_or(0);
                    let entity = world.instance(attack.machine).id.clone();
                    let range = Range::new(from, to + 1);
                    AttackTruth { kind: attack.kind, entity, range, connections: attack.connections.len(), victims: victims(world, attack) }
                })
                .collect(),
            decoys: decoys(world, span, plan),
        }
    }
}

/// What an analyst should look at: from the first accepted guess to the end of the last step, on full hours.
pub(crate) fn scope(plan: &Intrusion) -> (u64, u64) {
    let accepted = plan.steps.iter().filter(|step| step.connections.iter().any(|connection| connection.outcome == Outcome::Served));
    let times: Vec<(u64, u64)> = accepted.map(Step::time).collect();
    let from = times.iter().map(|(from, _)| *from).min().unwrap_or(0);
    let to = times.iter().map(|(_, to)| *to).max().unwrap_or(0);
    (from / HOUR * HOUR, to.div_ceil(HOUR) * HOUR)
}

/// Machines that an attack was done to, other than the one that the finding is about.
fn victims(world: &World, attack: &Attack) -> Vec<String> {
    let ends = attack.connections.iter().flat_map(|connection| [connection.client, connection.server]);
    let machines = ends.filter_map(|end| match end {
        End::Interface(index) if index != attack.machine => world.instances.get(index as usize).map(|instance| instance.id.clone()),
        _ => None,
    });
    machines.collect::<BTreeSet<_>>().into_iter().collect()
}

fn address(world: &World, end: End) -> String {
    match end {
        End::Interface(index) => world.address(index, false).to_string(),
        End::Remote(address) => address.to_string(),
    }
}

fn range_of(step: &Step) -> Range {
    let (from, to) = step.time();
    Range::new(from, to + 1)
}

fn intrusion(world: &World, span: Span, plan: &Intrusion) -> IntrusionTruth {
    let victim = End::Interface(world.victim());
    let step = |step: &Step| {
        let other = |connection: &Connection| if connection.client == victim { connection.server } else { connection.client };
        let remotes: BTreeSet<String> = step.connections.iter().map(|connection| address(world, other(connection))).collect();
        let ports: BTreeSet<u16> = step.connections.iter().map(|connection| connection.server_port).collect();
        let sum = |inward: bool| -> u64 {
            step.connections
                .iter()
                .map(|connection| if (connection.client == victim) == inward { connection.down } else { connection.up })
                .sum()
        };
        StepTruth {
            name: step.name,
            technique: step.technique,
            text: step.text,
            range: range_of(step),
            connections: step.connections.len(),
            accepted: step.connections.iter().any(|connection| connection.outcome == Outcome::Served),
            remotes: remotes.into_iter().collect(),
            server_ports: ports.into_iter().collect(),
            payload_bytes_in: sum(true),
            payload_bytes_out: sum(false),
        }
    };
    let (from, to) = scope(plan);
    let group = world.groups.iter().find(|group| group.name == crate::world::MAINTENANCE);
    IntrusionTruth {
        entity: Entity::new(world, world.victim()),
        scope: Range::new(from, to),
        opened_at: Range::new(world.opened.unwrap_or(span.last_day()), 0).from,
        opened_group: group.map(|group| group.id.clone()).unwrap_or_default(),
        opened_rule: "tcp 22 from 0.0.0.0/0",
        command_host: internet::COMMAND.to_string(),
        command_port: internet::COMMAND_PORT,
        drop_host: internet::DROP.to_string(),
        tor_guards: internet::GUARDS.iter().map(|(guard, _)| guard.to_string()).collect(),
        brute_force_network: "203.0.113.0/24",
        listed_addresses: vec![internet::BRUTE_LISTED.to_string(), internet::COMMAND.to_string()],
        steps: plan.steps.iter().map(step).collect(),
    }
}

fn expected(world: &World, plan: &Intrusion) -> Vec<Expected> {
    let entity = world.instance(world.victim()).id.clone();
    let over = |names: &[&str]| {
        let times: Vec<(u64, u64)> = plan.steps.iter().filter(|step| names.contains(&step.name)).map(Step::time).collect();
        let from = times.iter().map(|(from, _)| *from).min().unwrap_or(0);
        let to = times.iter().map(|(_, to)| *to).max().unwrap_or(0);
        Range::new(from, to + 1)
    };
    let row = |kind, names: &[&str], remotes: Vec<String>, ports: Vec<u16>, required, why| Expected {
        kind,
        entity: entity.clone(),
        range: over(names),
        remotes,
        ports,
        required,
        why,
    };
    let (command, drop) = (internet::COMMAND.to_string(), internet::DROP.to_string());
    let database = world.address(world.members(Role::Db)[0], false).to_string();
    let guards: Vec<String> = internet::GUARDS.iter().map(|(guard, _)| guard.to_string()).collect();
    let brute: Vec<String> = internet::BRUTE.iter().map(ToString::to_string).collect();
    vec![
        row(TOR, &["tor"], guards.clone(), vec![443, 9001], true, "accepted connections to three listed Tor guards"),
        row(
            LISTED,
            &["brute force", "entry", "tools", "command"],
            vec![internet::BRUTE_LISTED.to_string(), command.clone()],
            vec![22, internet::COMMAND_PORT],
            true,
            "accepted traffic with two addresses of the threat list",
        ),
        row(
            PORT,
            &["tools", "command"],
            vec![command.clone()],
            vec![internet::COMMAND_PORT],
            true,
            "a remote port that no machine ever used",
        ),
        row(
            VOLUME,
            &["tools", "collection", "exfiltration"],
            vec![command, drop],
            vec![443, internet::COMMAND_PORT],
            true,
            "many times the usual bytes, out and in",
        ),
        row(GUESSING, &["brute force"], brute, vec![22], true, "hundreds of short ssh sessions of 11 to 17 packets"),
        row(PORT, &["tor"], guards[..2].to_vec(), vec![9001], false, "the Tor port is new to the machine as well"),
        row(
            PORT,
            &["sideways", "collection"],
            vec![database],
            vec![5432],
            false,
            "the database port is new to the machine, not to its neighbours",
        ),
        row(PORT, &["sideways"], Vec::new(), vec![22], false, "ssh out of a web server is new as well, though nothing answered"),
    ]
}

fn decoys(world: &World, span: Span, plan: Option<&Intrusion>) -> Vec<Decoy> {
    let ids = |roles: &[Role]| -> Vec<String> {
        roles.iter().flat_map(|role| world.members(*role)).map(|index| world.instance(*index).id.clone()).collect()
    };
    let since = |secs: u64| format!("since {}", Range::new(secs, secs).from);
    let mut all = vec![
        Decoy {
            name: "nightly backup",
            entities: ids(&[Role::Db, Role::StagingDb]),
            when: format!("every day in the hour {:02}:00", events::BACKUP_HOUR),
            why: "gigabytes from each database to object storage, the same every night",
            must_not_raise: vec![VOLUME],
        },
        Decoy {
            name: "weekly report",
            entities: vec![ids(&[Role::Batch])[0].clone(), ids(&[Role::Db])[1].clone()],
            when: format!("Mondays in the hour {:02}:00", events::REPORT_HOUR),
            why: "several times the usual bytes, once a week, always to the same address",
            must_not_raise: vec![VOLUME],
        },
        Decoy {
            name: "deployments",
            entities: ids(&[Role::Ci]),
            when: format!("weekdays in the hours {:02}:00 and {:02}:00", events::DEPLOY_HOURS[0], events::DEPLOY_HOURS[1]),
            why: "ssh from the build machines to every application server",
            must_not_raise: vec![VOLUME, PORT, GUESSING],
        },
        Decoy {
            name: "new listening port",
            entities: ids(&[Role::Web]),
            when: since(events::new_port_since(span)),
            why: "the site begins to answer partners on 8443: a new local port, not a remote one",
            must_not_raise: vec![PORT],
        },
        Decoy {
            name: "new vendor",
            entities: ids(&[Role::Web, Role::App, Role::Batch]),
            when: since(events::new_vendor_since(span)),
            why: "many machines at once call an address that nobody called before, on 443",
            must_not_raise: vec![PORT, VOLUME],
        },
        Decoy {
            name: "agents and clocks",
            entities: (0_u32..).zip(&world.instances).map(|(_, instance)| instance.id.clone()).collect(),
            when: "always".to_owned(),
            why: "regular small connections of every machine to the same few addresses",
            must_not_raise: vec![PORT, VOLUME],
        },
        Decoy {
            name: "metrics",
            entities: ids(&[Role::Monitor]),
            when: "always".to_owned(),
            why: "one machine connects to all others on one port, and they answer",
            must_not_raise: vec![PORT, VOLUME, "Recon:EC2/Portscan"],
        },
        Decoy {
            name: "wrong address in staging",
            entities: vec![ids(&[Role::StagingApp])[0].clone()],
            when: "office hours".to_owned(),
            why: "a configuration that points at the real database, refused by its firewall",
            must_not_raise: vec![PORT, "Recon:EC2/Portscan"],
        },
    ];
    if let Some(plan) = plan {
        let targets: BTreeSet<String> = plan
            .elsewhere
            .iter()
            .filter_map(|connection| match connection.server {
                End::Interface(index) => Some(world.instance(index).id.clone()),
                End::Remote(_) => None,
            })
            .collect();
        let source: IpAddr = internet::BRUTE_LISTED.into();
        let is_listed = |connection: &&Connection| connection.client == End::Remote(source);
        let listed = plan.elsewhere.iter().filter(is_listed).count();
        all.push(Decoy {
            name: "listed address, refused",
            entities: targets.into_iter().collect(),
            when: format!("{listed} attempts on the last day"),
            why: "an address of the threat list knocks at the neighbours, and the firewall drops it",
            must_not_raise: vec![LISTED, GUESSING],
        });
    }
    all
}
