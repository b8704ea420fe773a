//! What people and accidents do.

use std::collections::BTreeMap;

use sentinel_machine::commands::api_key_delete::ApiKeyDelete;
use sentinel_machine::commands::bundle_assign::BundleAssign;
use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::freeze_window_create::FreezeWindowCreate;
use sentinel_machine::commands::freeze_window_delete::FreezeWindowDelete;
use sentinel_machine::commands::membership_remove::MembershipRemove;
use sentinel_machine::commands::membership_set::MembershipSet;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::node_update::{NodeUpdate, Pin, SlotChange};
use sentinel_machine::commands::project_update::ProjectUpdate;
use sentinel_machine::commands::rollout_approve::RolloutApprove;
use sentinel_machine::commands::rollout_break_glass::RolloutBreakGlass;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_create::RolloutCreate;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_reject::RolloutReject;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::{Outcome, query, tables};
use sentinel_model::audit::Actor;
use sentinel_model::bundle::RiskLevel;
use sentinel_model::freeze::{Recurrence, Span, Weekday};
use sentinel_model::governance::ApprovalRule;
use sentinel_model::node::{Node, Slot};
use sentinel_model::rollout::{Phase, Rollout, RolloutSpec, Target};
use sentinel_model::user::Role;
use sentinel_model::{FreezeWindowId, NodeId, RolloutId, Sha256Digest, Time, UserId};
use uuid::Uuid;

use super::Realm;
use super::founding::{ADA, BUNDLES, KEY, OPERATORS, ORG, READER, zone};
use crate::agent::OnNew;
use crate::plan::plan_over;
use crate::watch::must;
use crate::world::{PROJECT, TICK_MS, node_id};

/// Who does it: 0 the administrator, 1 to 3 the operators, 4 the reader, 5 a program with an operator's key.
pub type Who = u8;

/// Rollouts are named by their place among those that were asked for; nodes by their number.
#[derive(Clone, Debug)]
pub enum Deed {
    Ask(Who, Box<Ask>),
    Approve(Who, u8),
    /// Agrees to something else.
    ApproveAnother(Who, u8),
    Reject(Who, u8),
    Pause(Who, u8),
    Resume(Who, u8),
    Cancel(Who, u8),
    Rollback(Who, u8),
    BreakGlass(Who, u8),
    /// From so many ticks on, for so many.
    Freeze(Who, u8, u8),
    /// Twice from so many ticks on, for so many each, and as many between.
    FreezeAgain(Who, u8, u8),
    Thaw(Who, u8),
    Pin(u8, u8),
    Unpin(u8),
    Move(u8, bool),
    Weigh(u8, u8),
    Slot(u8, bool),
    /// So many must agree to rollouts of at least this risk.
    Rule(Who, u8, u8),
    Demote(u8),
    Leave(u8),
    Promote(u8),
    DropKey,
    Assign(Who, u8, u8),
    Revoke(u8),
    Delete(u8),
    Hush(u8),
    Return(u8),
    Join(u8),
    ChangeLeader,
    SleepOrWake,
}

/// A rollout that is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    pub bundle: u8,
    /// 0 all, 1 and 2 a zone, else the nodes whose bits are set.
    pub target: u8,
    pub spec: RolloutSpec,
    pub in_ticks: Option<u8>,
    pub through: bool,
}

fn person(who: Who) -> UserId {
    match who {
        1..=3 => OPERATORS[usize::from(who) - 1],
        4 => READER,
        _ => ADA,
    }
}

fn actor(who: Who) -> Actor {
    if who == 5 { Actor::ApiKey(KEY) } else { Actor::User(person(who)) }
}

fn by() -> String {
    "somebody".to_owned()
}

impl Realm {
    /// Lets it happen. Much of it is refused; what may never be refused is checked here.
    pub fn happen(&mut self, deed: &Deed) {
        match deed.clone() {
            Deed::Ask(who, ask) => self.ask(who, &ask),
            Deed::Hush(number) | Deed::Return(number) => {
                if let Some(agent) = self.agents.get_mut(&node_id(number)) {
                    agent.silent = matches!(deed, Deed::Hush(_));
                }
            }
            Deed::Join(number) => {
                if !self.agents.contains_key(&node_id(100 + number)) {
                    self.enrol(100 + number, OnNew::Good(1), false);
                }
            }
            Deed::ChangeLeader => self.change_leader(),
            Deed::SleepOrWake => self.sleep_or_wake(),
            Deed::Cancel(who, place) => self.cancel(who, place),
            _ => drop(self.by_deed(deed)),
        }
    }

    /// One command. Whether a person may is decided before, by a table of its own, except where the state machine decides.
    fn by_deed(&mut self, deed: &Deed) -> Option<Outcome> {
        let update = |number: u8| NodeUpdate::of(node_id(number));
        let bundle = |place: u8| BUNDLES[usize::from(place) % BUNDLES.len()];
        Some(match *deed {
            Deed::Approve(who, place) | Deed::ApproveAnother(who, place) => {
                let rollout = self.rollout(place)?;
                let wrong = matches!(deed, Deed::ApproveAnother(..));
                let digest = rollout.governance.approval.filter(|_| !wrong).map(|approval| approval.digest);
                let digest = digest.unwrap_or(Sha256Digest([0; 32]));
                self.propose(actor(who), RolloutApprove { rollout_id: rollout.id, digest, by: by() })
            }
            Deed::Reject(who, place) => {
                let rollout_id = self.rollout(place)?.id;
                self.propose(actor(who), RolloutReject { rollout_id, by: by(), comment: "no".into() })
            }
            Deed::Pause(who, place) => {
                let rollout_id = self.rollout(place)?.id;
                self.propose(actor(who), RolloutPause { rollout_id, by: by() })
            }
            Deed::Resume(who, place) => {
                let rollout_id = self.rollout(place)?.id;
                self.propose(actor(who), RolloutResume { rollout_id, by: by() })
            }
            Deed::Rollback(who, place) => {
                let rollout_id = self.rollout(place)?.id;
                self.propose(actor(who), RolloutRollback { rollout_id, by: by(), reason: String::new() })
            }
            Deed::BreakGlass(who, place) => {
                let rollout_id = self.rollout(place)?.id;
                self.propose(actor(who), RolloutBreakGlass { rollout_id, by: by(), reason: "fire".into() })
            }
            Deed::Freeze(who, from, ticks) => {
                let window = self.window(from, ticks, false);
                self.propose(actor(who), window)
            }
            Deed::FreezeAgain(who, from, ticks) => {
                let window = self.window(from, ticks, true);
                self.propose(actor(who), window)
            }
            Deed::Thaw(who, place) => {
                let window_id = *self.windows.get(usize::from(place) % self.windows.len().max(1))?;
                self.propose(actor(who), FreezeWindowDelete { project_id: PROJECT, window_id })
            }
            Deed::Pin(number, place) => {
                self.by(ADA, NodeUpdate { pin: Some(Pin::To(bundle(place))), ..update(number) })
            }
            Deed::Unpin(number) => self.by(ADA, NodeUpdate { pin: Some(Pin::Clear), ..update(number) }),
            Deed::Weigh(number, weight) => {
                self.by(ADA, NodeUpdate { weight: Some(weight), ..update(number) })
            }
            Deed::Slot(number, blue) => {
                let slot = Some(SlotChange::To(if blue { Slot::Blue } else { Slot::Green }));
                self.by(ADA, NodeUpdate { slot, ..update(number) })
            }
            Deed::Move(number, there) => {
                let labels = BTreeMap::from([("zone".to_owned(), zone(u8::from(there)))]);
                self.by(ADA, NodeUpdate { labels: Some(labels), ..update(number) })
            }
            Deed::Rule(who, risk, approvals) => {
                let risk_at_least =
                    [None, Some(RiskLevel::Medium), Some(RiskLevel::High)][usize::from(risk) % 3];
                let rules = (approvals > 0).then_some(ApprovalRule { risk_at_least, approvals });
                self.propose(actor(who), self::rules(rules.into_iter().collect()))
            }
            Deed::Demote(who) => self.by(ADA, role(person(who), Role::Reader, true)),
            Deed::Promote(who) => self.by(ADA, role(person(who), Role::Operator, false)),
            Deed::Leave(who) => self.by(ADA, MembershipRemove { org_id: ORG, user_id: person(who) }),
            Deed::DropKey => self.by(ADA, ApiKeyDelete { api_key_id: KEY }),
            Deed::Assign(who, place, nodes) => {
                let node_ids: Vec<NodeId> = numbers(nodes).map(node_id).collect();
                self.propose(actor(who), BundleAssign { bundle_id: bundle(place), node_ids })
            }
            Deed::Revoke(place) => self.by(ADA, BundleRevoke { bundle_id: bundle(place) }),
            Deed::Delete(number) => self.by(ADA, NodeDelete { node_id: node_id(number) }),
            Deed::Ask(..)
            | Deed::Cancel(..)
            | Deed::Hush(_)
            | Deed::Return(_)
            | Deed::Join(_)
            | Deed::ChangeLeader
            | Deed::SleepOrWake => return None,
        })
    }

    /// A freeze; `again`: it comes twice, and thaws between for as long as it lasts.
    fn window(&mut self, from: u8, ticks: u8, again: bool) -> FreezeWindowCreate {
        let window_id = FreezeWindowId(Uuid::from_u128(0x700 + self.windows.len() as u128));
        self.windows.push(window_id);
        let lasts_ms = u64::from(ticks) * TICK_MS + 1;
        let from = self.now.plus_ms(u64::from(from) * TICK_MS);
        let span = |from: Time| Span { from, until: from.plus_ms(lasts_ms) };
        let (first, second) = (span(from), span(from.plus_ms(2 * lasts_ms)));
        let recurrence = again.then(|| Recurrence {
            weekdays: vec![Weekday::Fri],
            starts: "16:00".into(),
            ends: "18:00".into(),
            days: 0,
            time_zone: "Europe/Berlin".into(),
            occurrences: vec![first, second],
        });
        FreezeWindowCreate {
            window_id,
            project_id: PROJECT,
            name: format!("window {}", self.windows.len()),
            reason: "sales".into(),
            from,
            until: if again { second.until } else { first.until },
            created_by: by(),
            recurrence,
            environment_id: None,
        }
    }

    fn ask(&mut self, who: Who, ask: &Ask) {
        let rollout_id = RolloutId(Uuid::from_u128(0x31 + self.rollouts.len() as u128));
        let target = match ask.target {
            0 => Target::All,
            1 | 2 => Target::Labels(BTreeMap::from([("zone".to_owned(), zone(ask.target))])),
            nodes => Target::Nodes(numbers(nodes).map(node_id).filter(|id| self.there(*id)).collect()),
        };
        let bundle_id = BUNDLES[usize::from(ask.bundle) % BUNDLES.len()];
        let spec = RolloutSpec { bundle_id, target, ..ask.spec.clone() };
        let nodes = query::nodes_of(&self.tables, PROJECT).unwrap();
        // What nodes belong to whom is for the state machine to say.
        let free: Vec<Node> = nodes.into_iter().map(|node| Node { owner: None, ..node }).collect();
        let Ok(plan) = plan_over(&spec, &free) else { return };
        let command = RolloutCreate {
            rollout_id,
            project_id: PROJECT,
            spec,
            steps: plan.steps,
            live: plan.live,
            created_by: by(),
            scheduled_at: ask.in_ticks.map(|ticks| self.now.plus_ms(u64::from(ticks) * TICK_MS + 1)),
            override_freeze_reason: ask.through.then(|| "fire".to_owned()),
            skip_order_reason: None,
            rule: None,
            template_id: None,
        };
        if self.propose(actor(who), command).is_ok() {
            self.rollouts.push(rollout_id);
        }
    }

    /// I21: abort wins, always: it is refused at the end only.
    fn cancel(&mut self, who: Who, place: u8) {
        let Some(rollout) = self.rollout(place) else { return };
        let outcome = self.propose(actor(who), RolloutCancel { rollout_id: rollout.id, by: by() });
        must("I21", outcome.is_ok() != rollout.state.is_final(), || {
            format!("cancelling {} that was {:?}: {outcome:?}", rollout.id, rollout.state)
        });
        let after = self.rollout(place).map(|rollout| rollout.state.phase());
        must("I21", outcome.is_err() || after == Some(Phase::Cancelled), || {
            format!("cancelled, and {after:?}")
        });
    }

    /// How many rollouts were asked for, and not refused.
    pub fn asked(&self) -> u8 {
        self.rollouts.len() as u8
    }

    /// The one in this place.
    pub fn rollout(&self, place: u8) -> Option<Rollout> {
        let id = self.rollouts.get(usize::from(place) % self.rollouts.len().max(1))?;
        tables::load(&self.tables, id.as_bytes()).unwrap()
    }

    fn there(&self, id: NodeId) -> bool {
        tables::load::<Node>(&self.tables, id.as_bytes()).unwrap().is_some()
    }

    /// Nothing stands in the way any more: no freeze, no silence, nobody who does not answer. What is left must come to its end.
    pub fn heal(&mut self) {
        for place in 0..self.windows.len() as u8 {
            drop(self.by_deed(&Deed::Thaw(0, place)));
        }
        (1..=3).for_each(|who| drop(self.by_deed(&Deed::Promote(who))));
        self.agents.values_mut().for_each(|agent| agent.silent = false);
        for place in 0..self.rollouts.len() as u8 {
            match self.rollout(place).map(|rollout| rollout.state.phase()) {
                Some(Phase::Paused) => drop(self.by_deed(&Deed::Resume(0, place))),
                Some(Phase::PendingApproval) => {
                    (0..=3).for_each(|who| drop(self.by_deed(&Deed::Approve(who, place))));
                    // What nobody can agree to, because its bundle was revoked, is not waited for until its time is over.
                    if self
                        .rollout(place)
                        .is_some_and(|rollout| rollout.state.phase() == Phase::PendingApproval)
                    {
                        self.cancel(0, place);
                    }
                }
                _ => {}
            }
        }
    }

    /// Rules that somebody makes before anything is asked for.
    pub fn rule(&mut self, rules: Vec<ApprovalRule>) {
        self.by(ADA, self::rules(rules)).unwrap();
    }
}

fn rules(rules: Vec<ApprovalRule>) -> ProjectUpdate {
    ProjectUpdate {
        project_id: PROJECT,
        name: None,
        description: None,
        approval_rules: Some(rules),
        approval_expires_h: Some(1),
        checks_private: None,
        drift: None,
        sandbox: None,
    }
}

fn role(user_id: UserId, role: Role, must_exist: bool) -> MembershipSet {
    MembershipSet { org_id: ORG, user_id, role, must_exist }
}

/// The numbers of the bits that are set, from 1.
fn numbers(bits: u8) -> impl Iterator<Item = u8> {
    (0..8).filter(move |bit| bits & (1 << bit) != 0).map(|bit| bit + 1)
}
