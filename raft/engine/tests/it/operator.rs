//! What people and accidents do to a rollout.

use sentinel_machine::commands::bundle_revoke::BundleRevoke;
use sentinel_machine::commands::node_delete::NodeDelete;
use sentinel_machine::commands::rollout_cancel::RolloutCancel;
use sentinel_machine::commands::rollout_pause::RolloutPause;
use sentinel_machine::commands::rollout_resume::RolloutResume;
use sentinel_machine::commands::rollout_rollback::RolloutRollback;
use sentinel_machine::{Rejection, query};
use sentinel_model::rollout::RolloutState;

use crate::agent::{Agent, OnBack, OnNew};
use crate::world::{NEW, OLD, ROLLOUT, World, node_id};

/// Something that happens between two ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incident {
    Pause,
    Resume,
    Cancel,
    Rollback,
    RevokeNew,
    RevokeOld,
    Delete(u8),
    /// Somebody removes every node of this step.
    DeleteStep(u8),
    /// The node says nothing any more.
    Hush(u8),
    /// The node speaks again.
    Return(u8),
    /// A node joins late.
    Join(u8),
    ChangeLeader,
}

impl World {
    /// Lets it happen. What is not possible in the rollout's state is refused, and nothing else is.
    pub fn incident(&mut self, incident: Incident) {
        let by = || "ada@example.com".to_owned();
        let outcome = match incident {
            Incident::Pause => self.propose(RolloutPause { rollout_id: ROLLOUT, by: by() }),
            Incident::Resume => self.propose(RolloutResume { rollout_id: ROLLOUT, by: by() }),
            Incident::Cancel => self.propose(RolloutCancel { rollout_id: ROLLOUT, by: by() }),
            Incident::Rollback => {
                self.propose(RolloutRollback { rollout_id: ROLLOUT, by: by(), reason: String::new() })
            }
            Incident::RevokeNew => self.propose(BundleRevoke { bundle_id: NEW }),
            Incident::RevokeOld => self.propose(BundleRevoke { bundle_id: OLD }),
            Incident::Delete(number) => self.propose(NodeDelete { node_id: node_id(number) }),
            Incident::DeleteStep(step) => {
                let members = query::rollout_nodes(&self.tables, ROLLOUT).unwrap();
                for member in members.into_iter().filter(|member| member.step == u32::from(step)) {
                    let gone = self.propose(NodeDelete { node_id: member.node_id });
                    assert!(matches!(gone, Ok(_) | Err(Rejection::NotFound { .. })), "{gone:?}");
                }
                return;
            }
            Incident::Hush(number) | Incident::Return(number) => {
                if let Some(agent) = self.agents.get_mut(&node_id(number)) {
                    agent.silent = matches!(incident, Incident::Hush(_));
                }
                return;
            }
            Incident::Join(number) => {
                let number = 100 + number;
                if !self.agents.contains_key(&node_id(number)) {
                    let agent = Agent::new(node_id(number), OnNew::Good(1), OnBack::Good(1));
                    self.enrol(number, agent, false);
                }
                return;
            }
            Incident::ChangeLeader => {
                self.change_leader();
                return;
            }
        };
        match outcome {
            Ok(_) => {}
            Err(Rejection::WrongState(_)) => self.refusal_fits(incident),
            Err(Rejection::NotFound { .. }) => {
                assert!(matches!(incident, Incident::Delete(_)), "{incident:?}");
            }
            Err(other) => panic!("{incident:?}: {other}"),
        }
    }

    /// Abort wins always: cancelling is refused at the end only.
    fn refusal_fits(&self, incident: Incident) {
        let state = self.rollout().state;
        let fits = match incident {
            Incident::Pause => state != RolloutState::Running,
            Incident::Resume => !matches!(state, RolloutState::Paused { .. }),
            Incident::Cancel => state.is_final(),
            Incident::Rollback => !matches!(state, RolloutState::Running | RolloutState::Paused { .. }),
            _ => true,
        };
        assert!(fits, "{incident:?} was refused while {state:?}");
    }
}
