//! What a request for a rollout asks for: what it says itself, then what its template says, then what is usual.

use sentinel_api_types::rollout::{HealthGates, RolloutCreate, Strategy, TargetSelector};
use sentinel_api_types::time::model_time;
use sentinel_machine::Read;
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::rollout::{Batch, Gates, Rollout, RolloutSpec, Target};
use sentinel_model::template::RolloutTemplate;
use sentinel_model::{ProjectId, RolloutTemplateId, Time, name};

use super::{blue_green, canary, check, conflict, shape};
use crate::change::used_for_another;
use crate::environment::find;
use crate::error::AppError;
use crate::scope::InProject;

/// Longest time that a step may take when nothing is said, in seconds.
const DEADLINE_DEFAULT_S: u32 = 600;

/// What a request for a rollout asks for.
pub(super) struct Asked {
    pub(super) spec: RolloutSpec,
    pub(super) template_id: Option<RolloutTemplateId>,
    pub(super) scheduled_at: Option<Time>,
    pub(super) override_freeze_reason: Option<String>,
    pub(super) skip_order_reason: Option<String>,
}

impl Asked {
    pub(super) fn of(
        here: &InProject,
        request: &RolloutCreate,
        template: Option<(RolloutTemplateId, &RolloutSpec)>,
    ) -> Result<Self, AppError> {
        let base = template.map(|(_, spec)| spec);
        Ok(Self {
            spec: spec(&*here.view.tables, here.project.id, request.clone(), base)?,
            template_id: template.map(|(id, _)| id),
            scheduled_at: request.scheduled_at.map(model_time),
            override_freeze_reason: request.override_freeze_reason.clone(),
            skip_order_reason: request.skip_order_reason.clone(),
        })
    }

    /// What a request asks for that comes again. Its template may be another one by now, called otherwise, or gone: then nobody can
    /// tell what it said, and it said what the rollout has, wherever the request does not say otherwise.
    pub(super) fn again(here: &InProject, request: &RolloutCreate, made: &Rollout) -> Result<Self, AppError> {
        let Some(asked) = &request.template else { return Self::of(here, request, None) };
        let known = made.template.as_ref().filter(|one| one.name == *asked || one.id.to_string() == *asked);
        let id = known.ok_or_else(used_for_another)?.id;
        let now = sentinel_machine::template::find(&*here.view.tables, here.project.id, id)?;
        let unchanged = now.filter(|one| one.updated_at <= made.created_at);
        let base = unchanged.map_or_else(|| made.spec.clone(), |one| one.spec);
        Self::of(here, request, Some((id, &base)))
    }
}

/// What was asked for, checked, and the bundle that it names.
pub(super) fn asked(
    here: &InProject,
    request: RolloutCreate,
    template: Option<&RolloutTemplate>,
) -> Result<(RolloutSpec, Bundle), AppError> {
    if let Some(template) = template.filter(|_| request.target_selector.is_none()) {
        here.require_all_there(template)?;
    }
    let spec = spec(&*here.view.tables, here.project.id, request, template.map(|one| &one.spec))?;
    spec.check()?;
    let bundle: Bundle = here.object(&spec.bundle_id)?;
    if bundle.state != BundleState::Compiled {
        return Err(AppError::Conflict("Bundle must be compiled before rollout; this one is revoked".into()));
    }
    Ok((spec, bundle))
}

/// What a request means: what it says, what its template says of the rest, and what is usual.
pub(crate) fn spec(
    read: &dyn Read,
    project: ProjectId,
    request: RolloutCreate,
    template: Option<&RolloutSpec>,
) -> Result<RolloutSpec, AppError> {
    let known = template.map(|base| shape::portions(base).0);
    let sized = request.batch_size.is_some() || request.batch_percentage.is_some();
    let strategy = match (request.strategy, known) {
        (Some(asked), _) => asked,
        // Who asks for portions does not want it in one.
        (None, Some(Strategy::AllAtOnce)) if sized => Strategy::Rolling,
        (None, known) => known.unwrap_or_default(),
    };
    // Portions, canary and blue-green are a strategy's own.
    let alike = template.filter(|_| known == Some(strategy));
    let batch = match (strategy, request.batch_size, request.batch_percentage, alike) {
        (_, Some(_), Some(_), _) => {
            return Err(AppError::invalid("batch_percentage", "cannot be given together with batch_size"));
        }
        (_, None, None, Some(base)) => base.batch,
        (Strategy::AllAtOnce, None, None, _) => Batch::Percent(100),
        (Strategy::AllAtOnce, ..) => {
            return Err(AppError::invalid(
                "strategy",
                "all_at_once has one step; leave out the size of a batch",
            ));
        }
        (Strategy::Canary | Strategy::BlueGreen, None, None, _) => Batch::Percent(100),
        (Strategy::Canary, ..) => {
            return Err(AppError::invalid(
                "strategy",
                "canary takes its portions from canary_analysis_config.steps; leave out the size of a batch",
            ));
        }
        (Strategy::Rolling | Strategy::BlueGreen, Some(size), None, _) => Batch::Size(size),
        (Strategy::Rolling | Strategy::BlueGreen, None, Some(percent), _) => Batch::Percent(percent),
        (Strategy::Rolling, None, None, _) => Batch::Size(1),
    };
    let canary = match (strategy, request.canary_analysis_config, alike) {
        (Strategy::Canary, None, Some(base)) => base.canary.clone(),
        (Strategy::Canary, config, _) => Some(canary::asked(config.unwrap_or_default())),
        (_, None, _) => None,
        (_, Some(_), _) => {
            return Err(AppError::invalid("canary_analysis_config", "goes with the strategy canary only"));
        }
    };
    let blue_green = match (strategy, request.blue_green_config, alike) {
        (Strategy::BlueGreen, None, Some(base)) => base.blue_green.clone(),
        (Strategy::BlueGreen, config, _) => Some(blue_green::asked(config.unwrap_or_default())),
        (_, None, _) => None,
        (_, Some(_), _) => {
            return Err(AppError::invalid("blue_green_config", "goes with the strategy blue_green only"));
        }
    };
    let asked = match (&request.target_selector, &request.environment) {
        (Some(TargetSelector::Environment { environment }), None) => Some(environment),
        (Some(TargetSelector::Environment { .. }), Some(_)) => {
            let message = "the target names an environment already; leave this out";
            return Err(AppError::invalid("environment", message));
        }
        (_, asked) => asked.as_ref(),
    };
    let mut environment_id = asked.map(|named| find(read, project, named)).transpose()?.map(|found| found.id);
    let selector = match (request.target_selector, template) {
        (Some(selector), _) => Some(selector),
        (None, Some(_)) => None,
        (None, None) => {
            let message = "say to which nodes, such as {\"type\": \"all\"}, or name a template";
            return Err(AppError::invalid("target_selector", message));
        }
    };
    let target = match selector {
        None => {
            environment_id = environment_id.or(template.and_then(|base| base.environment_id));
            template.map_or(Target::All, |base| base.target.clone())
        }
        Some(selector) => match selector {
            TargetSelector::All {} | TargetSelector::Environment { .. } => Target::All,
            TargetSelector::Labels { labels } => {
                name::check_labels("target_selector.labels", &labels)?;
                Target::Labels(labels)
            }
            TargetSelector::NodeIds { mut node_ids } => {
                node_ids.sort_unstable();
                node_ids.dedup();
                Target::Nodes(node_ids)
            }
            TargetSelector::Groups { mut group_ids } => {
                group_ids.sort_unstable();
                group_ids.dedup();
                Target::Groups(group_ids)
            }
        },
    };
    Ok(RolloutSpec {
        bundle_id: request.bundle_id,
        target,
        batch,
        max_unavailable: request.max_unavailable.or(template.map(|base| base.max_unavailable)).unwrap_or(0),
        step_deadline_s: request
            .progress_deadline_seconds
            .or(template.map(|base| base.step_deadline_s))
            .unwrap_or(DEADLINE_DEFAULT_S),
        gates: match (&request.health_gates, template) {
            (None, Some(base)) => base.gates,
            (said, _) => gates(&said.clone().unwrap_or_default()),
        },
        auto_rollback: request.auto_rollback.or(template.map(|base| base.auto_rollback)).unwrap_or(true),
        canary,
        blue_green,
        failure_domain: match request.failure_domain {
            Some(said) => said,
            // What has one step, or a slot at a time, spreads nothing.
            None => template
                .filter(|_| matches!(strategy, Strategy::Rolling | Strategy::Canary))
                .and_then(|base| base.failure_domain.clone()),
        },
        rollback_threshold: match request.rollback_threshold {
            Some(said) => said,
            None => template.and_then(|base| base.rollback_threshold),
        },
        checks: match (request.checks, template) {
            (Some(checks), base) => {
                let mut checks = check::asked(checks)?;
                check::keep_hidden(&mut checks, base.map(|base| base.checks.as_slice()).unwrap_or_default());
                checks
            }
            (None, base) => base.map(|base| base.checks.clone()).unwrap_or_default(),
        },
        on_conflict: match (request.on_conflict, template) {
            (None, Some(base)) => base.on_conflict,
            (said, _) => conflict::asked(said.unwrap_or_default()),
        },
        environment_id,
        by_hand: match request.auto_advance {
            Some(by_itself) => !by_itself,
            None => template.is_some_and(|base| base.by_hand),
        },
    })
}

fn gates(gates: &HealthGates) -> Gates {
    Gates {
        heartbeat: gates.heartbeat_healthy,
        max_error_percent: gates.max_error_rate,
        max_latency_ms: gates.max_latency_ms,
        max_cpu_percent: gates.max_cpu_percent,
        max_memory_percent: gates.max_memory_percent,
        min_requests: gates.min_requests,
        observe_s: gates.observe_seconds,
        fail_after_s: gates.fail_after_seconds,
    }
}
