//! The four questions of an investigation, answered in plain words from the data, each with the rows and the query behind it.
//!
//! An answer never guesses: what the data or the inventory do not hold is said, apart from what they deny.

mod permission;
mod ports;
mod reach;
mod transfer;

use detect::Finding;
use flow::{DAY_SECS, EntityKind, TimeRange, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use query::panels::{Novel, NovelPage, Panel, Subject};

use super::{Coverage, HISTORY_DAYS, Investigator, Scope, days_on_record};
use crate::{InvestigateError, words};

pub use permission::{AclFacts, MissedFacts, Permit, RuleFacts};
pub use ports::{PortUse, Side};
pub use reach::{Contact, ContactKind};
pub use transfer::{DirectionTransfer, RemoteTransfer, Transfer};

/// An answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Answer<T> {
    /// The question.
    pub question: String,
    /// The answer in one to three sentences.
    pub answer: String,
    /// The answer in a word; which ones there are is said with each question.
    pub verdict: String,
    /// The rows that the answer is made of.
    pub rows: Vec<T>,
    /// The SQL behind them.
    pub query: String,
    /// How far the answer can be relied on, 0 to 1.
    pub confidence: f64,
    /// What is to be kept in mind.
    pub caveats: Vec<String>,
}

/// The four answers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Answers {
    /// The entity.
    pub entity: String,
    /// The scope.
    pub scope: Scope,
    /// The finding that the answers are about, when there is one.
    pub finding: Option<String>,
    /// Which ports and services were in use, and which of them are new? `new`, `usual`, `no-history`, `quiet`, `no-data`.
    pub ports: Answer<PortUse>,
    /// Was there a large transfer, against what is usual? `large`, `raised`, `usual`, `no-history`, `quiet`, `no-data`.
    pub transfer: Answer<Transfer>,
    /// Did the security groups allow it? `allowed`, `blocked`, `mixed`, `contradiction`, `unclear`, `unknown`, `quiet`, `no-data`.
    pub permission: Answer<Permit>,
    /// What else may be affected? `others`, `none-known`, `quiet`, `no-data`.
    pub reach: Answer<Contact>,
    /// What is missing from the scope.
    pub coverage: Coverage,
}

impl Answers {
    /// Question, verdict, answer and caveats of each, in order, for whoever only prints them.
    pub fn lines(&self) -> [(&str, &str, &str, &[String]); 4] {
        fn line<T>(answer: &Answer<T>) -> (&str, &str, &str, &[String]) {
            (&answer.question, &answer.verdict, &answer.answer, &answer.caveats)
        }
        [line(&self.ports), line(&self.transfer), line(&self.permission), line(&self.reach)]
    }
}

/// What an answer is about.
#[derive(Debug, Clone, Copy)]
struct Case<'a> {
    entity: &'a str,
    range: TimeRange,
    finding: Option<&'a Finding>,
    coverage: &'a Coverage,
    /// Before this is what is known, after it what is new: the start of the scope, or of the incident that the scope lies in. Else an
    /// hour in the middle of an intrusion would count the intrusion's first hours as what the machine usually does.
    since: Timestamp,
    /// Days of data before that, at most 45.
    history_days: f64,
    /// What is new to the machine since then, of each kind that with most bytes; nothing for an address or an account.
    novel: &'a Panel<Novel>,
}

impl Case<'_> {
    /// From where things are new to the end of the scope.
    fn fresh(&self) -> TimeRange {
        TimeRange::new(self.since, self.range.to)
    }

    /// The days before, which tell what is known.
    fn history(&self) -> TimeRange {
        super::history(self.fresh())
    }

    /// Whether there is enough before the scope to call anything new.
    fn compares(&self) -> bool {
        self.history_days >= 1.0
    }

    /// Whether the question is about one machine, and not about an address or an account that many machines touch.
    fn is_machine(&self) -> bool {
        Subject::of(self.entity).is_machine()
    }

    /// Whether the question is about an address.
    fn is_address(&self) -> bool {
        EntityKind::of(self.entity) == EntityKind::IpAddress
    }

    /// Said where more is new than was looked at.
    fn more_is_new(&self) -> Option<String> {
        let most = self.novel.rows.iter().max_by_key(|novel| novel.total).filter(|novel| novel.total > u64::from(NOVEL))?;
        Some(format!(
            "Of what is new only the {NOVEL} with most bytes of each kind were looked at; there are {} new {}.",
            most.total,
            match most.kind.as_str() {
                "remote_addr" => "remote addresses",
                "remote_net" => "networks",
                _ => "ports",
            }
        ))
    }

    /// What a question that found no rows has to say: nothing happened, or nothing is known.
    fn nothing(&self) -> (&'static str, String) {
        let silent: i64 = self.coverage.silent.iter().map(|span| span.end.secs().saturating_sub(span.start.secs())).sum();
        if silent >= self.range.secs() && silent > 0 {
            ("no-data", format!("There are no data for this time, so nothing can be said of {}.", self.entity))
        } else {
            ("quiet", format!("No traffic of {} was recorded in this time.", self.entity))
        }
    }

    /// Caveats that every answer has.
    fn caveats(&self, compares: bool) -> Vec<String> {
        let mut caveats = Vec::new();
        if !self.coverage.complete {
            caveats.push(self.coverage.words.clone());
        }
        if compares && self.history_days < 14.0 {
            let what = if self.since < self.range.from {
                format!("{:.1} days are on record before {}, when it began", self.history_days, words::time(self.since))
            } else {
                words::on_record(self.history_days)
            };
            caveats.push(format!("Only {what}; \"new\" means little before 14."));
        }
        caveats
    }

    /// Confidence that the coverage and, for a comparison, the history leave.
    fn confidence(&self, compares: bool) -> f64 {
        let covered = if self.coverage.complete { 1.0 } else { 0.8 };
        let learned = if compares { (self.history_days / 14.0).clamp(0.1, 1.0) } else { 1.0 };
        round(covered * learned)
    }
}

/// How far before the scope an incident may have begun that the scope is part of.
const LEAD_SECS: i64 = DAY_SECS;
/// New values of each kind that are looked at, those with most bytes.
const NOVEL: u32 = 1_000;
/// Findings that are asked when it began.
const LEAD_FINDINGS: u64 = 100;

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

impl Investigator {
    /// Answers the four questions about an entity in a scope; with a finding, about its connections first.
    ///
    /// # Errors
    /// [`InvestigateError::NotFound`] when there is no such finding; when the lake or the state cannot answer.
    pub async fn answers(&self, entity: &str, range: TimeRange, finding: Option<&str>) -> Result<Answers, InvestigateError> {
        let finding = match finding {
            Some(id) => Some(self.finding(id).await?),
            None => None,
        };
        if let Some(finding) = finding.as_ref().filter(|finding| finding.entity != entity) {
            return Err(InvestigateError::invalid(format!("finding {:?} is about {}, not about {entity}", finding.id, finding.entity)));
        }
        let lead = TimeRange::new(range.from.plus_secs(-LEAD_SECS), range.to);
        let (coverage, lake, findings) =
            futures::try_join!(self.coverage(Some(entity), range), self.lake_range(), self.findings_of(entity, lead, LEAD_FINDINGS),)?;
        let began = findings.iter().filter(|finding| !finding.archived).map(|finding| finding.first_seen.hour()).min();
        let since = began.map_or(range.from, |began| began.max(lead.from).min(range.from));
        // What is known is judged by the time before the finding, however long it has been going on.
        let since = finding.as_ref().map_or(since, |finding| finding.story.from.hour().min(since));
        let history_days = days_on_record(&lake, since);
        // Asked once for the two questions that need it.
        let novel = if Subject::of(entity).is_machine() {
            let page = NovelPage { limit: NOVEL, ..NovelPage::default() };
            self.engine.new_in_scope(entity, TimeRange::new(since, range.to), HISTORY_DAYS, page).await?
        } else {
            Panel { rows: Vec::new(), query: String::new() }
        };
        let case = Case { entity, range, finding: finding.as_ref(), coverage: &coverage, since, history_days, novel: &novel };
        let (ports, transfer, permission, reach) = futures::try_join!(
            Box::pin(self.answer_ports(case)),
            Box::pin(self.answer_transfer(case)),
            Box::pin(self.answer_permission(case)),
            Box::pin(self.answer_reach(case)),
        )?;
        Ok(Answers {
            entity: entity.to_owned(),
            scope: range.into(),
            finding: finding.as_ref().map(|finding| finding.id.clone()),
            ports,
            transfer,
            permission,
            reach,
            coverage,
        })
    }
}
