//! Rollouts.

mod blue_green;
mod calendar;
mod canary;
mod check;
mod gate;
pub(super) mod manner;
pub(super) mod nodes;
mod progress;
mod rehearse;
pub(super) mod request;
mod rollback;
pub(super) mod show;
mod watch;
mod why;

use std::process::ExitCode;

use clap::Subcommand;
use sentinel_api_types::approval::{RolloutApprove, RolloutBreakGlass, RolloutReject};
use sentinel_api_types::rollout::{RolloutBody, RolloutRelease, RolloutState, RolloutsQuery};
use sentinel_api_types::why::NodeWhyQuery;
use sentinel_model::{RolloutId, Sha256Digest};

use super::connection::Connection;
use super::failure::{self, NotFound};
use super::node;
use super::output::{Output, clean};
use super::paging::Paging;
use super::words::{id, read};

/// What can be done with rollouts.
#[derive(Subcommand, Debug)]
#[command(after_help = format!("Examples:
  sentinel-cp rollout plan --bundle 1.4.0 --batch-size 2 --project shop
  sentinel-cp rollout rehearse --bundle 1.4.0 --batch-size 2 --bad errors --project shop
  sentinel-cp rollout create --bundle 1.4.0 --batch-size 2 --max-error-rate 1 --watch --project shop
  sentinel-cp rollout watch --project shop
  sentinel-cp rollout why edge-1 --project shop
  sentinel-cp rollout rollback ROLLOUT --reason 'errors at checkout' --project shop

{}", failure::EXIT_CODES))]
pub enum RolloutCommand {
    /// Start a rollout
    Create(Box<request::CreateArgs>),
    /// Show what a rollout would do, without starting it
    Plan(Box<request::PlanArgs>),
    /// Show what a project is up to, day by day
    Calendar(calendar::CalendarArgs),
    /// Play a rollout on a copy of the project, and show the course that it would take
    Rehearse(Box<rehearse::RehearseArgs>),
    /// List rollouts, newest first
    #[command(after_help = "Examples:\n  sentinel-cp rollout list --project shop --state running")]
    List {
        /// pending_approval, scheduled, pending, running, paused, rolling_back, completed, failed, cancelled or rolled_back
        #[arg(long, value_parser = read::<RolloutState>)]
        state: Option<RolloutState>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Show a rollout with its steps and nodes
    #[command(after_help = "Examples:\n  sentinel-cp rollout show ROLLOUT --project shop")]
    Show {
        /// Id of the rollout; the newest when left out
        #[arg(value_parser = id::<RolloutId>)]
        rollout: Option<RolloutId>,
    },
    /// Explain why a node is, or is not, on a generation
    #[command(after_help = "Examples:
  sentinel-cp rollout why edge-1 --project shop
  sentinel-cp rollout why edge-1 --generation 7 --project shop
  sentinel-cp rollout why edge-1 --project shop -o json

The most decisive comes first: a failure with its stage, silence, the rollout that owns the node and what that waits for, a pin,
rollouts that wait for the node or pass it by; each with what to do about it.")]
    Why {
        /// Name or id of the node
        node: String,
        /// The generation that it should be on; the newest one when left out
        #[arg(long, value_name = "N")]
        generation: Option<u64>,
    },
    /// Follow a rollout to its end
    #[command(after_help = "Examples:
  sentinel-cp rollout watch --project shop
  sentinel-cp rollout watch ROLLOUT --project shop -o json

Exit code 0 when it completed, 1 when it ended in another way. Interrupting this stops watching, not the rollout.
With -o json: one line for each change.")]
    Watch {
        /// Id of the rollout; the newest when left out
        #[arg(value_parser = id::<RolloutId>)]
        rollout: Option<RolloutId>,
    },
    /// Agree to a rollout that waits for approvals
    #[command(after_help = "Examples:
  sentinel-cp rollout show ROLLOUT --project shop
  sentinel-cp rollout approve ROLLOUT --digest DIGEST --project shop

The digest stands for the bundle, the nodes of each step, its portions, gates, canary and time; `rollout show` has it. People only,
and never who asked for the rollout.")]
    Approve {
        /// Id of the rollout
        #[arg(value_parser = id::<RolloutId>)]
        rollout: RolloutId,
        /// Digest of what you looked at
        #[arg(long, value_name = "DIGEST")]
        digest: Sha256Digest,
    },
    /// Refuse a rollout that waits for approvals, for good
    #[command(
        after_help = "Examples:\n  sentinel-cp rollout reject ROLLOUT --comment 'not before Monday' --project shop"
    )]
    Reject {
        /// Id of the rollout
        #[arg(value_parser = id::<RolloutId>)]
        rollout: RolloutId,
        /// Why; whoever asked for it reads this
        #[arg(long, value_name = "TEXT")]
        comment: String,
    },
    /// Let a rollout through every freeze; administrators only
    #[command(
        after_help = "Examples:\n  sentinel-cp rollout break-glass ROLLOUT --reason 'INC-4711: checkout is down' --project shop"
    )]
    BreakGlass {
        /// Id of the rollout
        #[arg(value_parser = id::<RolloutId>)]
        rollout: RolloutId,
        /// Why; kept with the rollout and in the audit log
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
    /// Hold a rollout where it is
    #[command(after_help = "Examples:\n  sentinel-cp rollout pause ROLLOUT --project shop")]
    Pause {
        /// Id of the rollout
        #[arg(value_parser = id::<RolloutId>)]
        rollout: RolloutId,
    },
    /// Let a held rollout go on
    #[command(after_help = "Examples:\n  sentinel-cp rollout resume ROLLOUT --project shop")]
    Resume {
        /// Id of the rollout
        #[arg(value_parser = id::<RolloutId>)]
        rollout: RolloutId,
    },
    /// Let the next step of a rollout begin whose steps wait for a person
    #[command(after_help = "Examples:\n  sentinel-cp rollout advance ROLLOUT --project shop
  sentinel-cp rollout advance ROLLOUT --step 3 --project shop\n
For rollouts made with --by-hand. With --step it is refused when another step waits by now.")]
    Advance {
        /// Id of the rollout
        #[arg(value_parser = id::<RolloutId>)]
        rollout: RolloutId,
        /// The step that shall begin, as `rollout show` counts them; the one that waits when nothing is said
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        step: Option<u32>,
    },
    /// Stop a rollout; nodes that have proven the bundle keep it
    #[command(after_help = "Examples:\n  sentinel-cp rollout cancel ROLLOUT --project shop\n
Nodes that were given the bundle and have not proven it get back what they ran before. To take it from all of
them: sentinel-cp rollout rollback. Traffic that a blue-green rollout has shifted returns to where it was.")]
    Cancel {
        /// Id of the rollout
        #[arg(value_parser = id::<RolloutId>)]
        rollout: RolloutId,
    },
    /// Take a rollout back: every node returns to its previous bundle
    #[command(
        after_help = "Examples:\n  sentinel-cp rollout rollback ROLLOUT --reason 'errors at checkout' --project shop\n
For one that is under way or failed. A blue-green rollout that has completed can be taken back as well:
its traffic returns at once to the slot that kept the earlier bundle, as long as nobody has given its
nodes anything else. To leave another bundle whose rollout has completed, roll the earlier one out."
    )]
    Rollback {
        /// Id of the rollout
        #[arg(value_parser = id::<RolloutId>)]
        rollout: RolloutId,
        /// Why, for the audit log
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
}

impl RolloutCommand {
    /// Whether it only looks. A plan is made on the newest state.
    pub fn reads(&self) -> bool {
        matches!(
            self,
            RolloutCommand::List { .. }
                | RolloutCommand::Calendar(_)
                | RolloutCommand::Show { .. }
                | RolloutCommand::Why { .. }
                | RolloutCommand::Watch { .. }
        )
    }
}

/// Carries it out.
pub async fn run(command: RolloutCommand, connection: &Connection) -> anyhow::Result<ExitCode> {
    let Connection { client, output, .. } = connection;
    let project = connection.project().await?;
    match command {
        RolloutCommand::Create(args) => return request::create(*args, connection, &project).await,
        RolloutCommand::Plan(args) => return request::plan(*args, connection, &project).await,
        RolloutCommand::Calendar(args) => calendar::show(args, connection, &project).await?,
        RolloutCommand::Rehearse(args) => return rehearse::rehearse(*args, connection, &project).await,
        RolloutCommand::List { state, paging } => {
            let fetch = async |limit, cursor| {
                client.rollouts(&project, &RolloutsQuery { state, limit: Some(limit), cursor }).await
            };
            output.print(&paging.collect(fetch).await?, show::list)?;
        }
        RolloutCommand::Show { rollout } => {
            let id = find(connection, &project, rollout).await?;
            output.print(&client.rollout(&project, id).await?, show::detail)?;
        }
        RolloutCommand::Why { node, generation } => {
            let id = node::find(connection, &project, &node).await?;
            let query = NodeWhyQuery { generation };
            output.print(&client.node_why(&project, id, &query).await?, why::answer)?;
        }
        RolloutCommand::Watch { rollout } => {
            let id = find(connection, &project, rollout).await?;
            return watch::watch(connection, &project, id).await;
        }
        RolloutCommand::Approve { rollout, digest } => {
            output.say(
                &client.approve_rollout(&project, rollout, &RolloutApprove { digest }).await?,
                approved,
            )?;
        }
        RolloutCommand::Reject { rollout, comment } => {
            output
                .say(&client.reject_rollout(&project, rollout, &RolloutReject { comment }).await?, state)?;
        }
        RolloutCommand::BreakGlass { rollout, reason } => {
            let request = RolloutBreakGlass { override_freeze_reason: reason };
            output.say(&client.break_glass(&project, rollout, &request).await?, state)?;
        }
        RolloutCommand::Pause { rollout } => {
            output.say(&client.pause_rollout(&project, rollout).await?, state)?;
        }
        RolloutCommand::Resume { rollout } => {
            output.say(&client.resume_rollout(&project, rollout).await?, state)?;
        }
        RolloutCommand::Advance { rollout, step } => {
            let step_index = match step {
                Some(step) => step - 1,
                None => client.rollout(&project, rollout).await?.rollout.current_step,
            };
            let request = RolloutRelease { step_index };
            output.say(&client.advance_rollout(&project, rollout, &request).await?, |body| {
                format!("{}: step {} of {} may begin", state(body), step_index + 1, body.rollout.steps)
            })?;
        }
        RolloutCommand::Cancel { rollout } => {
            output.say(&client.cancel_rollout(&project, rollout).await?, state)?;
            // Some nodes have the new bundle now and some have not: nothing else will change that.
            if let (Output::Table, Ok(left)) = (output, client.rollout(&project, rollout).await) {
                eprintln!("note: {}", clean(&progress::counts(&left)));
                eprintln!("{}", clean(&rollback::earlier(&project, &left)));
            }
        }
        RolloutCommand::Rollback { rollout, reason } => {
            output.say(&rollback::rollback(connection, &project, rollout, reason).await?, state)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn approved(body: &RolloutBody) -> String {
    let approvals = body.rollout.approval.as_ref().map(show::approvals).unwrap_or_default();
    format!("{} ({approvals})", state(body))
}

fn state(body: &RolloutBody) -> String {
    format!("rollout of {} is {}", body.rollout.bundle_version, progress::state(&body.rollout))
}

/// The rollout that was named, or the newest one.
async fn find(connection: &Connection, project: &str, named: Option<RolloutId>) -> anyhow::Result<RolloutId> {
    if let Some(id) = named {
        return Ok(id);
    }
    let query = RolloutsQuery { limit: Some(1), ..Default::default() };
    let newest = connection.client.rollouts(project, &query).await?.rollouts.into_iter().next();
    newest.map(|rollout| rollout.id).ok_or_else(|| NotFound(format!("{project} has no rollout yet")).into())
}
