//! Who must agree before a rollout begins, and what was recorded of it: rules of a project, approvals, the broken glass.

use serde::{Deserialize, Serialize};

use crate::bundle::RiskLevel;
use crate::risk::Judged;
use crate::{InvalidValue, PromotionRuleId, Sha256Digest, Time, UserId};

/// Most rules of one project.
pub const RULES_MAX: usize = 10;
/// Most approvals that a rule may ask for.
pub const APPROVALS_MAX: u8 = 5;
/// How long approvals are waited for when nothing is said, in hours: a week.
pub const EXPIRES_DEFAULT_H: u32 = 168;
/// The longest time that approvals may be waited for, in hours: a year.
pub const EXPIRES_MAX_H: u32 = 8_760;
/// How far ahead a rollout may be scheduled, in milliseconds: a year.
pub const SCHEDULE_MAX_MS: u64 = 366 * 24 * 3_600_000;

/// Who must agree to rollouts of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalPolicy {
    /// The one that asks for most counts.
    pub rules: Vec<ApprovalRule>,
    /// How long approvals are waited for, in hours.
    pub expires_h: u32,
}

/// How many people must agree to which rollouts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// Bundles of at least this risk; `None`: all.
    pub risk_at_least: Option<RiskLevel>,
    /// How many people.
    pub approvals: u8,
}

impl Default for ApprovalPolicy {
    fn default() -> Self {
        Self { rules: Vec::new(), expires_h: EXPIRES_DEFAULT_H }
    }
}

impl ApprovalPolicy {
    /// As a project has it about which nobody has decided.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// How many people must agree to a bundle of this risk.
    pub fn needed(&self, risk: RiskLevel) -> u8 {
        needed(&self.rules, risk)
    }

    /// Checks every field; the first refusal names it.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_rules(&self.rules)?;
        if self.expires_h == 0 || self.expires_h > EXPIRES_MAX_H {
            let message = format!("must lie between 1 and {EXPIRES_MAX_H}");
            return Err(InvalidValue::new("approval_expires_hours", message));
        }
        Ok(())
    }
}

/// How many people must agree to a bundle of this risk: the rule that asks for most counts.
pub fn needed(rules: &[ApprovalRule], risk: RiskLevel) -> u8 {
    let asks = |rule: &&ApprovalRule| rule.risk_at_least.is_none_or(|least| risk >= least);
    rules.iter().filter(asks).map(|rule| rule.approvals).max().unwrap_or(0)
}

/// Refuses rules that cannot be met, or mean nothing.
pub fn check_rules(rules: &[ApprovalRule]) -> Result<(), InvalidValue> {
    if rules.len() > RULES_MAX {
        return Err(InvalidValue::new("approval_rules", format!("at most {RULES_MAX} rules")));
    }
    if rules.iter().any(|rule| rule.approvals == 0 || rule.approvals > APPROVALS_MAX) {
        let message = format!("a rule asks for 1 to {APPROVALS_MAX} approvals; leave it out to ask for none");
        return Err(InvalidValue::new("approval_rules", message));
    }
    Ok(())
}

/// What a rollout is bound to beside its plan. All of it is empty for one that simply starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Governance {
    /// The person who asked for it, or who made the API key that did; recorded when it waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<UserId>,
    /// When it shall begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduled_at: Option<Time>,
    /// Who must agree, and who has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// How dangerous it was when that was decided last; nothing where no rule asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Judged>,
    /// Freezes do not hold it, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<BreakGlass>,
    /// When the freeze ends that holds it, as far as is known: before, nobody has to look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen_until: Option<Time>,
    /// When it began, if it has waited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_at: Option<Time>,
    /// The order of environments does not hold it, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skip_order: Option<BreakGlass>,
    /// The rule that asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule_id: Option<PromotionRuleId>,
}

impl Governance {
    /// It simply starts.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Who must agree to a rollout, and who has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// What is agreed to: over the rollout and its time, the bundle's manifest, the nodes of each step, and its portions, gates
    /// and canary. That a freeze does not hold it is not in it: that is an administrator's to say, and in the audit log.
    pub digest: Sha256Digest,
    /// How many people.
    pub needed: u8,
    /// Until when.
    pub expires_at: Time,
    /// Who has. When they are counted, those who may not approve any more are taken out.
    pub given: Vec<GivenApproval>,
}

/// One person's agreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenApproval {
    /// Who.
    pub user_id: UserId,
    /// Who, in words.
    pub by: String,
    /// When.
    pub at: Time,
}

/// Somebody let a rollout through every freeze, or past the order of environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlass {
    /// Who.
    pub user_id: UserId,
    /// Who, in words.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Time,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn policy(rules: &[(Option<RiskLevel>, u8)]) -> ApprovalPolicy {
        let rule = |(risk_at_least, approvals): &(Option<RiskLevel>, u8)| ApprovalRule {
            risk_at_least: *risk_at_least,
            approvals: *approvals,
        };
        ApprovalPolicy { rules: rules.iter().map(rule).collect(), ..ApprovalPolicy::default() }
    }

    #[test]
    fn the_rule_that_asks_for_most_counts() {
        let strict = policy(&[(None, 1), (Some(RiskLevel::High), 3), (Some(RiskLevel::Medium), 2)]);
        let needed = [RiskLevel::Low, RiskLevel::Medium, RiskLevel::High].map(|risk| strict.needed(risk));
        assert_eq!(needed, [1, 2, 3]);
        assert_eq!(policy(&[(Some(RiskLevel::High), 3)]).needed(RiskLevel::Medium), 0);
        assert_eq!(ApprovalPolicy::default().needed(RiskLevel::High), 0);
    }

    #[test]
    fn rules_that_cannot_be_met_or_mean_nothing_are_refused() {
        assert_eq!(policy(&[(None, 0)]).check().unwrap_err().field, "approval_rules");
        assert_eq!(policy(&[(None, 6)]).check().unwrap_err().field, "approval_rules");
        assert_eq!(policy(&[(None, 1); 11]).check().unwrap_err().field, "approval_rules");
        for expires_h in [0, EXPIRES_MAX_H + 1] {
            let policy = ApprovalPolicy { expires_h, ..policy(&[(None, 1)]) };
            assert_eq!(policy.check().unwrap_err().field, "approval_expires_hours");
        }
        assert!(policy(&[(None, 1), (Some(RiskLevel::High), 5)]).check().is_ok());
    }
}
