//! Suppression rules, and sample findings.

use detect::{Criteria, FindingType, Schedule, SuppressionRule};
use flow::Timestamp;
use serde::Serialize;
use state::{HiddenHigh, StateError, SuppressionPreview, SuppressionState};
use utoipa::ToSchema;

use super::Investigator;
use crate::InvestigateError;

/// A suppression rule as somebody asks for it.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuppressionRequest {
    /// 3 to 64 letters, digits, dots, hyphens and underscores.
    pub name: String,
    /// What it hides: GuardDuty's finding criteria.
    pub criteria: Criteria,
    /// When what it hides has to happen.
    pub schedule: Option<Schedule>,
    /// When it ends.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires: Option<Timestamp>,
    /// Who answers for it; whoever asks when absent.
    pub owner: Option<String>,
    /// Why it is right.
    pub reason: String,
}

/// What a new rule did.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SuppressionAdded {
    /// The rule and what it hides.
    pub state: SuppressionState,
    /// Findings of high severity that were hidden just now: an alarm.
    pub hidden_high: Vec<HiddenHigh>,
}

impl SuppressionRequest {
    /// The rule, made by `who` at `now`.
    pub fn rule(self, who: &str, now: Timestamp) -> SuppressionRule {
        SuppressionRule {
            name: self.name,
            criteria: self.criteria,
            schedule: self.schedule,
            expires: self.expires,
            owner: self.owner.filter(|owner| !owner.trim().is_empty()).unwrap_or_else(|| who.to_owned()),
            reason: self.reason,
            created: now,
        }
    }
}

fn told(error: StateError) -> InvestigateError {
    match error {
        StateError::Rule { problem } => InvestigateError::invalid(problem),
        other => other.into(),
    }
}

impl Investigator {
    /// Every suppression rule with what it hides.
    ///
    /// # Errors
    /// When the state cannot answer.
    pub async fn suppression_rules(&self, now: Timestamp) -> Result<Vec<SuppressionState>, InvestigateError> {
        Ok(self.store.suppression_rules(now).await?)
    }

    /// Keeps a rule and hides what it hides. Says in the log when a finding of high severity is among it.
    ///
    /// # Errors
    /// When something is wrong with the rule, or the state cannot be written.
    pub async fn add_suppression_rule(&self, rule: &SuppressionRule, now: Timestamp) -> Result<SuppressionAdded, InvestigateError> {
        self.store.put_suppression_rule(rule).await.map_err(told)?;
        let hidden_high = self.suppress(now).await?;
        let states = self.store.suppression_rules(now).await?;
        let state = states.into_iter().find(|state| state.rule.name == rule.name);
        let state = state.ok_or_else(|| InvestigateError::NotFound { what: format!("suppression rule {:?}", rule.name) })?;
        Ok(SuppressionAdded { state, hidden_high })
    }

    /// Takes a rule away and gives back what it hid.
    ///
    /// # Errors
    /// [`InvestigateError::NotFound`] when there is none with this name.
    pub async fn remove_suppression_rule(&self, name: &str, now: Timestamp) -> Result<(), InvestigateError> {
        if !self.store.delete_suppression_rule(name).await? {
            return Err(InvestigateError::NotFound { what: format!("suppression rule {name:?}") });
        }
        self.suppress(now).await?;
        Ok(())
    }

    /// What a rule would hide of the last 90 days.
    ///
    /// # Errors
    /// When something is wrong with the rule.
    pub async fn preview_suppression(&self, rule: &SuppressionRule, now: Timestamp) -> Result<SuppressionPreview, InvestigateError> {
        self.store.preview_suppression(rule, now).await.map_err(told)
    }

    async fn suppress(&self, now: Timestamp) -> Result<Vec<HiddenHigh>, InvestigateError> {
        let high = self.store.suppress(now).await?;
        for hidden in &high {
            tracing::warn!(
                rule = hidden.rule,
                finding = hidden.finding,
                finding_type = hidden.finding_type.name(),
                "a rule hides a finding of high severity"
            );
        }
        Ok(high)
    }

    /// Makes a sample finding of each of these types; of every type when none is given.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub async fn make_samples(&self, types: &[FindingType], now: Timestamp) -> Result<Vec<String>, InvestigateError> {
        let types = if types.is_empty() { FindingType::ALL } else { types };
        Ok(self.store.make_samples(types, now).await?)
    }

    /// Takes every sample finding away.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub async fn delete_samples(&self) -> Result<u64, InvestigateError> {
        Ok(self.store.delete_samples().await?)
    }
}
