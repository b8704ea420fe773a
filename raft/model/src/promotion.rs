//! Promotion: which bundles have been completed in which environment, and the rules by which they go on to the next one.

use serde::{Deserialize, Serialize};

use crate::bundle::RiskLevel;
use crate::rollout::{RolloutSpec, Target};
use crate::{BundleId, EnvironmentId, InvalidValue, ProjectId, PromotionRuleId, RolloutId, Time, UserId};

/// Most rules of one project.
pub const RULES_MAX: usize = 50;
/// The longest time that a bundle stays in an environment before a rule takes it on, in minutes: thirty days.
pub const DELAY_MAX_MIN: u32 = 43_200;
/// How long a rule waits for its conditions, in milliseconds: a day, from when it first looked in vain; freezes do not count.
pub const PATIENCE_MS: u64 = 24 * 3_600_000;

/// A bundle has been completed in an environment: a rollout has carried it to every node of it that may have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promotion {
    /// The environment.
    pub environment_id: EnvironmentId,
    /// The bundle.
    pub bundle_id: BundleId,
    /// The rollout that was completed last.
    pub rollout_id: RolloutId,
    /// When.
    pub at: Time,
    /// Who asked for that rollout, as the audit log names them.
    pub by: String,
}

/// What was completed in one environment goes on to another one by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PromotionRule {
    /// Identity.
    pub id: PromotionRuleId,
    /// The project.
    pub project_id: ProjectId,
    /// Where a bundle comes from.
    pub source_id: EnvironmentId,
    /// Where it goes to.
    pub target_id: EnvironmentId,
    /// How long it stays in the source first, in minutes.
    pub delay_min: u32,
    /// How many of the nodes of the source must be online and have proven the bundle then, in percent; `None`: nobody asks.
    pub healthy_percent: Option<u8>,
    /// The highest risk for the nodes of the target; `None`: whatever it is.
    pub max_risk: Option<RiskLevel>,
    /// The rollout that it starts: the bundle is filled in, and what stands here for it has no meaning.
    pub spec: RolloutSpec,
    /// Whether it does anything.
    pub enabled: bool,
    /// Who made it: they count as the author of its rollouts.
    pub author: UserId,
    /// Who made it, as the audit log names them.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// What came of it last.
    pub last: Option<Attempt>,
    /// When somebody has to look at it; `None`: there is nothing to do.
    pub look_at: Option<Time>,
}

/// What came of a rule for one bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The bundle.
    pub bundle_id: BundleId,
    /// When that had been completed in the source.
    pub promoted_at: Time,
    /// When this was noted.
    pub at: Time,
    /// What came of it.
    pub outcome: Outcome,
    /// Since when its conditions do not hold, while it waits for them; `None`: a freeze holds it, or it does not wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_since: Option<Time>,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It has asked for this rollout.
    Started(RolloutId),
    /// A condition does not hold yet, in words.
    Waits(String),
    /// It does not take this bundle on, and why.
    Refused(String),
}

impl PromotionRule {
    /// Checks every field; the first refusal names it.
    pub fn check(&self) -> Result<(), InvalidValue> {
        if self.source_id == self.target_id {
            return Err(InvalidValue::new("target", "must be another environment than the source"));
        }
        if self.delay_min > DELAY_MAX_MIN {
            return Err(InvalidValue::new(
                "delay_minutes",
                format!("must be at most {DELAY_MAX_MIN}: thirty days"),
            ));
        }
        if self.healthy_percent.is_some_and(|percent| !(1..=100).contains(&percent)) {
            return Err(InvalidValue::new("healthy_percent", "must lie between 1 and 100"));
        }
        if self.spec.target != Target::All || self.spec.environment_id != Some(self.target_id) {
            return Err(InvalidValue::new("target", "a rule is for all nodes of its target"));
        }
        self.spec.check()
    }

    /// What it asks for with this bundle.
    pub fn asks(&self, bundle_id: BundleId) -> RolloutSpec {
        RolloutSpec { bundle_id, ..self.spec.clone() }
    }

    /// When it may take on what was completed then.
    pub fn due(&self, promoted_at: Time) -> Time {
        promoted_at.plus_ms(u64::from(self.delay_min) * 60_000)
    }

    /// It has looked, and waits for something.
    pub fn waits(&self) -> bool {
        self.last.as_ref().is_some_and(|last| matches!(last.outcome, Outcome::Waits(_)))
    }

    /// Since when its conditions have not held for this bundle, as far as it has looked.
    pub fn waits_since(&self, bundle_id: BundleId, promoted_at: Time) -> Option<Time> {
        let same = |last: &&Attempt| last.bundle_id == bundle_id && last.promoted_at == promoted_at;
        self.last.as_ref().filter(same)?.waits_since
    }

    /// It has waited long enough for its conditions.
    pub fn is_out_of_patience(&self, bundle_id: BundleId, promoted_at: Time, now: Time) -> bool {
        self.waits_since(bundle_id, promoted_at).is_some_and(|since| now.since(since) >= PATIENCE_MS)
    }

    /// It is through with this bundle: nothing more comes of it, until that is completed in the source anew.
    pub fn is_through_with(&self, bundle_id: BundleId, promoted_at: Time) -> bool {
        self.last.as_ref().is_some_and(|last| {
            let same = last.bundle_id == bundle_id && last.promoted_at == promoted_at;
            // What was completed before what it was asked about last, it has passed over.
            last.promoted_at > promoted_at || (same && !matches!(last.outcome, Outcome::Waits(_)))
        })
    }
}
