//! A finding: every occurrence of one issue of one entity.

use std::collections::{BTreeMap, BTreeSet};

use flow::{Direction, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Evidence, FindingType, Occurrence, Resource, Story, Technique, story, wording};

/// A remote end point of a finding. None is ever dropped: when an issue comes back with another remote address, both are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Actor {
    /// The remote address.
    pub remote_addr: String,
    /// The remote port, where the remote side is the server.
    pub remote_port: Option<u16>,
    /// The entity's port, where the entity is the server.
    pub local_port: Option<u16>,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// Who opened the connections.
    #[schema(value_type = String)]
    pub connection_direction: Direction,
    /// First seen in this finding.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// Last seen in this finding.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// Occurrences with it.
    pub count: u64,
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
    /// Countries that the address was in, in alphabetical order.
    pub countries: Vec<String>,
    /// Autonomous systems that the address was in, in numerical order.
    pub asns: Vec<u32>,
}

/// Every occurrence of one issue of one entity, as one thing to look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// 32 hexadecimal digits; see [`finding_id`](crate::finding_id).
    pub id: String,
    /// Its type.
    pub finding_type: FindingType,
    /// The entity it is about.
    pub entity: String,
    /// What makes its occurrences the same issue.
    pub aggregation_key: String,
    /// Account of the entity.
    pub account_id: Option<String>,
    /// Region of the entity.
    pub region: Option<String>,
    /// The highest severity of its occurrences.
    pub severity: f64,
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// Number of distinct occurrences.
    pub count: u64,
    /// Start of the first occurrence.
    #[schema(value_type = String, format = DateTime)]
    pub first_seen: Timestamp,
    /// End of the last occurrence.
    #[schema(value_type = String, format = DateTime)]
    pub last_seen: Timestamp,
    /// Whether someone put it away. Assembled findings are not; triage sets it.
    pub archived: bool,
    /// The group that it is in; see [`Grouping`](crate::Grouping). Assembled findings are in none.
    pub group: Option<String>,
    /// The suppression rule that hides it.
    pub suppressed_by: Option<String>,
    /// Whether it was made up, to show what a finding of its type looks like.
    pub sample: bool,
    /// The technique it is a sign of.
    pub technique: Technique,
    /// The resource it is about.
    pub resource: Resource,
    /// Every remote end point, the one with most bytes first.
    pub actors: Vec<Actor>,
    /// What all occurrences come to.
    pub story: Story,
    /// The evidence of all occurrences, folded: what was seen and expected, the limit, the confidence and the rest are the strongest
    /// occurrence's; since when, how well known the values were before, the lists, the contributions and the rows are those of all.
    pub evidence: Evidence,
    /// Every occurrence, the earliest first.
    pub occurrences: Vec<Occurrence>,
}

impl Finding {
    /// Puts together the occurrences of one finding, in whatever order they come. Occurrences with the same key count once: the one
    /// that knows most, which is the one with the most bytes, stays. `None` when there are no occurrences.
    ///
    /// All occurrences are taken to be of the finding `id`; type, entity and aggregation key are those of the latest.
    pub fn assemble(id: impl Into<String>, occurrences: Vec<Occurrence>, resource: &Resource) -> Option<Self> {
        let mut occurrences = distinct(occurrences);
        story::judge_by_the_time_before(&mut occurrences);
        let (story, evidence) = story::tell(&occurrences)?;
        let latest = occurrences.last()?;
        let first_seen = occurrences.iter().map(|occurrence| occurrence.first_seen).min()?;
        let last_seen = occurrences.iter().map(|occurrence| occurrence.last_seen).max()?;
        let severity = occurrences.iter().map(|occurrence| occurrence.severity).fold(0.0, f64::max);
        let account_id = occurrences.iter().rev().find_map(|occurrence| occurrence.account_id.clone());
        let (title, description) = texts(latest);
        Some(Self {
            id: id.into(),
            finding_type: latest.finding_type,
            entity: latest.entity.clone(),
            aggregation_key: latest.aggregation_key.clone(),
            account_id: account_id.or_else(|| resource.account_id.clone()),
            region: resource.region.clone(),
            severity,
            title,
            description,
            count: occurrences.len() as u64,
            first_seen,
            last_seen,
            archived: false,
            group: None,
            suppressed_by: None,
            sample: is_sample(latest),
            technique: latest.finding_type.technique(),
            resource: resource.clone(),
            actors: actors(&occurrences),
            story,
            evidence,
            occurrences,
        })
    }

    /// The latest occurrence.
    pub fn latest(&self) -> Option<&Occurrence> {
        self.occurrences.last()
    }
}

/// One occurrence for each key, the earliest first.
fn distinct(mut occurrences: Vec<Occurrence>) -> Vec<Occurrence> {
    // The text of an occurrence settles what nothing else does, so that the outcome never depends on the order given.
    let weight = |occurrence: &Occurrence| {
        let bytes = occurrence.connection.bytes_in.saturating_add(occurrence.connection.bytes_out);
        (occurrence.last_seen, bytes, serde_json::to_string(occurrence).unwrap_or_default())
    };
    occurrences.sort_by(|left, right| left.occurrence_key.cmp(&right.occurrence_key).then_with(|| weight(right).cmp(&weight(left))));
    occurrences.dedup_by(|later, kept| later.occurrence_key == kept.occurrence_key);
    occurrences.sort_by(|left, right| {
        (left.last_seen, left.first_seen, &left.occurrence_key).cmp(&(right.last_seen, right.first_seen, &right.occurrence_key))
    });
    occurrences
}

fn actors(occurrences: &[Occurrence]) -> Vec<Actor> {
    let mut actors: BTreeMap<_, (Actor, BTreeSet<&str>, BTreeSet<u32>)> = BTreeMap::new();
    for occurrence in occurrences {
        let action = &occurrence.connection;
        let key = (&action.remote_addr, action.remote_port, action.local_port, action.protocol, action.connection_direction);
        let (actor, countries, asns) = actors.entry(key).or_insert_with(|| {
            let actor = Actor {
                remote_addr: action.remote_addr.clone(),
                remote_port: action.remote_port,
                local_port: action.local_port,
                protocol: action.protocol,
                connection_direction: action.connection_direction,
                first_seen: occurrence.first_seen,
                last_seen: occurrence.last_seen,
                count: 0,
                bytes_in: 0,
                bytes_out: 0,
                countries: Vec::new(),
                asns: Vec::new(),
            };
            (actor, BTreeSet::new(), BTreeSet::new())
        });
        actor.first_seen = actor.first_seen.min(occurrence.first_seen);
        actor.last_seen = actor.last_seen.max(occurrence.last_seen);
        actor.count += 1;
        actor.bytes_in = actor.bytes_in.saturating_add(action.bytes_in);
        actor.bytes_out = actor.bytes_out.saturating_add(action.bytes_out);
        countries.extend(action.remote_country.as_deref());
        asns.extend(action.remote_asn);
    }
    let mut actors: Vec<Actor> = actors
        .into_values()
        .map(|(actor, countries, asns)| Actor {
            countries: countries.into_iter().map(str::to_owned).collect(),
            asns: asns.into_iter().collect(),
            ..actor
        })
        .collect();
    // Stable, so that end points with the same bytes stay in the order of their addresses.
    actors.sort_by_key(|actor| std::cmp::Reverse(actor.bytes_in.saturating_add(actor.bytes_out)));
    actors
}

/// Title and description, from the templates of the type.
fn texts(occurrence: &Occurrence) -> (String, String) {
    let action = &occurrence.connection;
    let entity = match flow::EntityKind::of(&occurrence.entity) {
        flow::EntityKind::Instance => format!("EC2 instance {}", occurrence.entity),
        flow::EntityKind::Interface => format!("Network interface {}", occurrence.entity),
        _ => occurrence.entity.clone(),
    };
    let port = wording::service(action.protocol, action.service_port());
    let lists = occurrence.evidence.list_names.join(", ");
    let direction = occurrence.evidence.rows.parameters.get("direction").map_or("", String::as_str);
    let values = [
        ("entity", entity.as_str()),
        ("remote", action.remote_addr.as_str()),
        ("port", port.as_str()),
        ("direction", direction),
        ("list", lists.as_str()),
    ];
    let sample = if is_sample(occurrence) { "[SAMPLE] " } else { "" };
    let title = FindingType::fill(occurrence.finding_type.title(), &values);
    (format!("{sample}{title}"), FindingType::fill(occurrence.finding_type.description(), &values))
}

/// Whether it was made up; GuardDuty says so in the same place.
fn is_sample(occurrence: &Occurrence) -> bool {
    occurrence.evidence.additional.get("sample") == Some(&true.into())
}
