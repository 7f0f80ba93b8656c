//! Did the security groups allow it, and by which rule?

use enrich::rules::{AclDecision, FlowQuestion, Outcome, Verdict, evaluate};
use flow::{Address, Direction, Timestamp};
use query::panels::DetailRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Case, round};
use crate::investigate::Investigator;
use crate::investigate::entity::word;
use crate::{InvestigateError, words};

/// Connections judged: those of findings, then those with most bytes.
const JUDGED: usize = 25;
/// Connections of a long scope that are looked at to find those.
const CANDIDATES: u32 = 500;
/// Up to this length of scope connections are told by their records, beyond it by the hour: a year of records is not read for 25 rows.
const BY_RECORD_SECS: i64 = 3 * flow::DAY_SECS;

/// A security-group rule that matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleFacts {
    /// The group.
    pub group_id: String,
    /// Its name.
    pub group_name: String,
    /// The rule in words.
    pub text: String,
    /// What its author wrote.
    pub description: Option<String>,
    /// Whether it certainly matches: not so for prefix lists, of which the entries are not known.
    pub certain: bool,
}

/// A security-group rule that does not match, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MissedFacts {
    /// The group.
    pub group_id: String,
    /// Its name.
    pub group_name: String,
    /// The rule in words.
    pub text: String,
    /// What about the connection it does not match.
    pub reason: String,
}

/// What a network ACL decides about packets of one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct AclFacts {
    /// The ACL.
    pub acl_id: String,
    /// The number of the rule that decides, 32767 for the final one; absent when none can be said to.
    pub rule: Option<u32>,
    /// Whether the packets leave the subnet.
    pub egress: bool,
    /// Whether it lets them pass; absent when it depends on a port that is not known.
    pub allows: Option<bool>,
    /// The rule in words.
    pub text: String,
}

impl From<AclDecision> for AclFacts {
    fn from(decision: AclDecision) -> Self {
        Self { acl_id: decision.acl_id, rule: decision.rule, egress: decision.egress, allows: decision.allows, text: decision.text }
    }
}

/// A connection, what the log says of it, and what the rules say.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Permit {
    /// The entity.
    pub entity: String,
    /// The other side.
    pub remote: String,
    /// Who opened the connection.
    #[schema(value_type = String)]
    pub direction: Direction,
    /// IANA protocol number.
    pub protocol: Option<u8>,
    /// Port at the entity; absent when it is a client's.
    pub local_port: Option<u16>,
    /// Port at the other side; absent when it is a client's.
    pub remote_port: Option<u16>,
    /// Service and port in words.
    pub service: String,
    /// Bytes towards the entity.
    pub bytes_in: u64,
    /// Bytes away from the entity.
    pub bytes_out: u64,
    /// Flow records.
    pub flows: u64,
    /// What the log says: `accept` or `reject`; absent when it does not.
    pub logged: Option<String>,
    /// What the rules say: `allowed`, `blocked-by-security-group`, `blocked-by-network-acl`, `answer-blocked-by-network-acl`,
    /// `cannot-be-judged` or `unknown`.
    pub outcome: String,
    /// Whether log and rules contradict each other.
    pub contradiction: bool,
    /// The security-group rules that match, certain ones first; none when no rule does.
    pub rules: Vec<RuleFacts>,
    /// When none matches: the rules that would have to, at most 20, those that miss least first.
    pub missed: Vec<MissedFacts>,
    /// The network ACL's decision on the request; absent when it does not apply or is not known.
    pub request: Option<AclFacts>,
    /// The network ACL's decision on the answer.
    pub answer: Option<AclFacts>,
    /// All of it in words.
    pub explanation: String,
    /// What is to be kept in mind.
    pub notes: Vec<String>,
    /// The latest snapshot that the verdict is made of.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub as_of: Option<Timestamp>,
    /// Whether that is later than the connection, so that the rules may have been others then.
    pub assumed: bool,
    /// The interface that was judged.
    pub interface_id: Option<String>,
    /// When the connection was first seen; the rules are those of this time.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Findings that rest on it.
    pub findings: Vec<String>,
}

impl Investigator {
    pub(super) async fn answer_permission(&self, case: Case<'_>) -> Result<Answer<Permit>, InvestigateError> {
        let long = case.range.secs() > BY_RECORD_SECS;
        let (mut details, connections, query) = if long {
            Box::pin(self.largest_connections(case.entity, case.range, case.finding, CANDIDATES)).await?
        } else {
            let (mut details, query) = Box::pin(self.annotated(case.entity, case.range, true)).await?;
            details.retain(|row| row.remote.is_some());
            let connections = details.len() as u64;
            (details, connections, query)
        };
        let about = |row: &DetailRow| case.finding.is_some_and(|finding| row.findings.contains(&finding.id));
        details.sort_by_key(|row| (!about(row), row.findings.is_empty(), std::cmp::Reverse(row.bytes_in.saturating_add(row.bytes_out))));
        details.truncate(JUDGED);
        if long {
            self.find_interfaces(case.entity, &mut details).await?;
        }
        let rows: Vec<Permit> = details.iter().filter_map(|row| self.permit(case.entity, row)).collect();
        let (verdict, answer) = words_of(&rows, case);
        let mut caveats = case.caveats(false);
        if connections > details.len() as u64 {
            let judged = details.len();
            caveats.push(format!("Judged were {judged} of {connections} connections: those of findings, then those with most bytes."));
        }
        if long {
            caveats.push("The time is long, so connections were told by the hour and not by their records.".to_owned());
        }
        if rows.iter().any(|row| row.assumed) {
            caveats.push("The inventory has no snapshot of that time, so the rules may have been others.".to_owned());
        }
        if !rows.is_empty() {
            caveats.push("Only this side's rules were judged; the other side may have rules too.".to_owned());
        }
        let judged = rows.iter().filter(|row| !matches!(row.outcome.as_str(), "unknown" | "cannot-be-judged")).count();
        let share = if rows.is_empty() { 1.0 } else { words::share(judged as u64, rows.len() as u64) };
        let certain = if rows.iter().any(|row| row.assumed) { 0.6 } else { 1.0 };
        Ok(Answer {
            question: "Did the security groups allow it, and by which rule?".to_owned(),
            answer,
            verdict: verdict.to_owned(),
            rows,
            query,
            confidence: round(case.confidence(false) * share * certain),
            caveats,
        })
    }

    /// Asks the records which interface saw the connections of a machine that has several; with one there is nothing to ask.
    async fn find_interfaces(&self, subject: &str, rows: &mut [DetailRow]) -> Result<(), InvestigateError> {
        let several = |row: &DetailRow| {
            let entity = row.entity.as_deref().unwrap_or(subject);
            self.inventory.interfaces_of(entity, row.first).len() != 1
        };
        let asked: Vec<(String, Timestamp)> =
            rows.iter().filter(|row| several(row)).filter_map(|row| Some((row.remote.clone()?, row.first))).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let seen = self.engine.interfaces(subject, &asked).await?;
        for row in rows {
            let entity = row.entity.as_deref().unwrap_or(subject).to_owned();
            let key = row.remote.clone().map(|remote| (entity, remote, row.first.hour()));
            row.interface_id = key.and_then(|key| seen.get(&key).cloned());
        }
        Ok(())
    }

    fn permit(&self, subject: &str, row: &DetailRow) -> Option<Permit> {
        let entity = row.entity.as_deref().unwrap_or(subject);
        let remote = Address::parse(row.remote.as_deref()?.as_bytes())?;
        let interface_id = row.interface_id.clone().or_else(|| {
            let interfaces = self.inventory.interfaces_of(entity, row.first);
            interfaces.first().map(|dated| dated.value.id.clone())
        });
        let verdict = interface_id.as_ref().zip(row.protocol).map(|(interface_id, protocol)| {
            let local = self.inventory.interface_at(interface_id, row.first);
            let local =
                local.and_then(|dated| if remote.is_ipv4() { dated.value.primary_address() } else { dated.value.ipv6_addresses().next() });
            let question = FlowQuestion {
                interface_id: interface_id.clone(),
                connection: row.direction,
                remote,
                local,
                local_port: row.local_port,
                remote_port: row.remote_port,
                protocol,
            };
            evaluate(&self.inventory, row.first, &question)
        });
        let service_port = match row.direction {
            Direction::Inbound => row.local_port,
            Direction::Outbound => row.remote_port,
            Direction::Unknown => None,
        };
        let verdict = verdict.unwrap_or_else(|| Verdict::unknown("The interface or the protocol is not known.".to_owned()));
        let contradiction = contradicts(&verdict, row.action.as_deref());
        let outcome = verdict.outcome;
        let rule = |rule: enrich::rules::MatchedRule| RuleFacts {
            group_id: rule.group_id,
            group_name: rule.group_name,
            text: rule.text,
            description: rule.description,
            certain: rule.certain,
        };
        let missed = |rule: enrich::rules::MissedRule| MissedFacts {
            group_id: rule.group_id,
            group_name: rule.group_name,
            text: rule.text,
            reason: rule.reason,
        };
        Some(Permit {
            entity: entity.to_owned(),
            remote: remote.to_string(),
            direction: row.direction,
            protocol: row.protocol,
            local_port: row.local_port,
            remote_port: row.remote_port,
            service: words::service(row.protocol, service_port),
            bytes_in: row.bytes_in,
            bytes_out: row.bytes_out,
            flows: row.flows,
            logged: row.action.clone(),
            outcome: word(&outcome),
            contradiction,
            rules: verdict.rules.into_iter().map(rule).collect(),
            missed: verdict.missed.into_iter().map(missed).collect(),
            request: verdict.request.map(AclFacts::from),
            answer: verdict.answer.map(AclFacts::from),
            explanation: verdict.explanation,
            notes: verdict.notes,
            as_of: verdict.as_of,
            assumed: verdict.assumed,
            interface_id,
            at: row.first,
            findings: row.findings.clone(),
        })
    }
}

/// Whether the log says otherwise than the rules.
fn contradicts(verdict: &Verdict, logged: Option<&str>) -> bool {
    match verdict.outcome {
        Outcome::Allowed => logged == Some("reject"),
        Outcome::BlockedBySecurityGroup | Outcome::BlockedByNetworkAcl => logged == Some("accept"),
        // The request is accepted and the answer rejected: either word is right.
        Outcome::AnswerBlockedByNetworkAcl | Outcome::CannotBeJudged | Outcome::Unknown => false,
    }
}

fn words_of(rows: &[Permit], case: Case<'_>) -> (&'static str, String) {
    let Some(first) = rows.first() else { return case.nothing() };
    let count = |wanted: &dyn Fn(&Permit) -> bool| rows.iter().filter(|row| wanted(row)).count();
    let contradictions = count(&|row| row.contradiction);
    let allowed = count(&|row| row.outcome == "allowed");
    let blocked = count(&|row| row.outcome.contains("blocked"));
    let unknown = count(&|row| row.outcome == "unknown");
    let of_finding: Vec<&Permit> =
        rows.iter().filter(|row| case.finding.is_some_and(|finding| row.findings.contains(&finding.id))).collect();
    // With a finding, its own connections decide the word.
    let judged: Vec<&Permit> = if of_finding.is_empty() { rows.iter().collect() } else { of_finding };
    let every = |wanted: &dyn Fn(&Permit) -> bool| judged.iter().all(|row| wanted(row));
    let verdict = if judged.iter().any(|row| row.contradiction) {
        "contradiction"
    } else if every(&|row| row.outcome == "unknown") {
        "unknown"
    } else if every(&|row| row.outcome == "allowed") {
        "allowed"
    } else if every(&|row| row.outcome.contains("blocked")) {
        "blocked"
    } else if judged.iter().any(|row| row.outcome == "allowed") && judged.iter().any(|row| row.outcome.contains("blocked")) {
        "mixed"
    } else if judged.iter().any(|row| row.outcome == "allowed") && !judged.iter().any(|row| row.outcome == "cannot-be-judged") {
        "allowed"
    } else {
        "unclear"
    };
    let mut parts = vec![first.explanation.clone()];
    if rows.len() > 1 {
        let unclear = rows.len() - allowed - blocked - unknown;
        let each = [(allowed, "allowed"), (blocked, "blocked"), (unclear, "not to be judged"), (unknown, "unknown to the inventory")];
        let each: Vec<String> = each.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
        parts.push(format!("Of the {} judged: {}.", words::count(rows.len(), "connection"), words::list(&each, 4)));
    }
    if contradictions > 0 {
        let row = rows.iter().find(|row| row.contradiction).unwrap_or(first);
        parts.push(format!(
            "In {} the log contradicts the rules, as with {} and {}: the log says {}, the rules say {}; the rules may have been others then.",
            words::count(contradictions, "connection"),
            row.remote,
            row.service,
            row.logged.as_deref().unwrap_or("nothing"),
            row.outcome.replace('-', " "),
        ));
    }
    (verdict, parts.join(" "))
}
