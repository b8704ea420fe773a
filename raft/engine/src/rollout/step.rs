//! The current step of a rollout that goes forward, and the steps behind it.
//!
//! What a step has proven is not proven for ever: a slow leak or the morning's traffic may break the first nodes long after
//! their step completed. So completed steps are looked at as long as the rollout goes forward, with the same tolerance and
//! the same patience as the current one. Failures and broken gates there stop it wherever it is. A node there that is merely
//! silent, or has no evidence at the moment, holds up only what would reach further: the start of a step and its completion.
//!
//! `max_unavailable` counts in each step. Where failure domains are told apart it counts in each of them instead, over all the steps that have
//! begun: what a domain has lost, it has lost, in however many steps. Nodes that are on their way keep serving while they switch; how many of
//! a domain are on their way at once is the plan's to bound, which never takes all of one.

use sentinel_machine::commands::rollout_advance::Transition;
use sentinel_model::Time;
use sentinel_model::blue_green::BAKE_ROOM_S;
use sentinel_model::node::{NodeStatus, WEIGHT_FULL};
use sentinel_model::rollout::{Gates, Rollout, RolloutNodeState, StepState};

use super::checked;
use super::comparison::{Comparison, comparison};
use super::gates::{self, Combined, Evidence, Verdict, judge, worst};
use super::holding::{Wait, tell};
use super::portion::Portion;
use super::{RolloutView, words};

/// A step that waits for its nodes says so after this time, in milliseconds; before, it is plain progress.
const QUIET_MS: u64 = 30_000;

pub(super) fn decide(view: &RolloutView<'_>, now: Time) -> Option<Transition> {
    let index = view.rollout.current_step;
    let step = view.steps.iter().find(|step| step.index == index)?;
    if matches!(step.state, StepState::Completed | StepState::Failed { .. }) {
        return None;
    }
    if view.bundle_revoked {
        return Some(fail(format!("bundle {} was revoked", view.rollout.spec.bundle_id)));
    }
    #[cfg(feature = "planted")]
    if sentinel_model::planted::has(sentinel_model::planted::Bug::StepSkipped)
        && now.since(view.leader_since) < view.fresh_ms
    {
        match step.state {
            StepState::Running { .. } => return Some(Transition::VerifyStep),
            StepState::Verifying { .. } => return Some(Transition::CompleteStep),
            _ => {}
        }
    }
    #[cfg(feature = "planted")]
    if sentinel_model::planted::has(sentinel_model::planted::Bug::NobodyLeft)
        && index > 0
        && view.members.iter().all(|member| member.step != index || !view.nodes.contains_key(&member.node_id))
    {
        match step.state {
            StepState::Running { .. } => return Some(Transition::VerifyStep),
            StepState::Verifying { .. } => return Some(Transition::CompleteStep),
            _ => {}
        }
    }
    let shifts = |index: u32| view.steps.iter().any(|step| step.index == index && step.traffic.is_some());
    let judged = |last: u32, verifying: bool, ran_ms: u64| {
        let (behind, portion) = match shifts(index) {
            true => (Vec::new(), Portion::whole(view)),
            false => {
                let mut behind = Portion::up_to(view, last, verifying);
                let portion = behind.pop().unwrap_or_default();
                (behind, portion)
            }
        };
        let domains = Portion::by_domain(view, last, verifying);
        Judged {
            view,
            behind,
            portion,
            last,
            domains,
            shifts: shifts(index),
            shifted: shifts(last),
            ran_ms,
            now,
        }
    };
    match step.state {
        StepState::Pending => match index.checked_sub(1) {
            None => Some(Transition::StartStep),
            Some(before) => judged(before, false, waited_ms(view, now)).starting(),
        },
        StepState::Running { since } => {
            judged(index, false, step.ran_ms.saturating_add(now.since(since))).running(index)
        }
        StepState::Verifying { since } => {
            judged(index, true, step.ran_ms.saturating_add(now.since(since))).verifying(index)
        }
        StepState::Completed | StepState::Failed { .. } => None,
    }
}

/// The clock of a step that has not begun runs while something holds it, but for a freeze or a person.
fn waited_ms(view: &RolloutView<'_>, now: Time) -> u64 {
    let counts = view.rollout.hold.as_ref().filter(|hold| hold.counts());
    counts.map_or(0, |hold| now.since(hold.waits_since.unwrap_or(hold.since)))
}

fn fail(reason: String) -> Transition {
    Transition::FailStep { reason, step: None }
}

struct Judged<'a> {
    view: &'a RolloutView<'a>,
    /// The completed steps before it, in order.
    behind: Vec<Portion<'a>>,
    /// The step that must prove the bundle: the current one, or the one before while that has not begun.
    portion: Portion<'a>,
    /// Which step that is.
    last: u32,
    /// The current step gives its nodes traffic: they are all of those that have the bundle.
    shifts: bool,
    /// They have been given some already.
    shifted: bool,
    /// The nodes of all of these by failure domain, where these are told apart.
    domains: Vec<Portion<'a>>,
    ran_ms: u64,
    now: Time,
}

impl Judged<'_> {
    /// The gates must hold now, not only when each step completed: hours of a pause may lie between.
    fn starting(&self) -> Option<Transition> {
        let decided = match self.portion.present() {
            0 if self.shifts => Some(nobody_to_serve()),
            _ => {
                self.too_many_failed().or_else(|| self.worse()).or_else(|| self.gates(Transition::StartStep))
            }
        };
        // A step that never began has not failed.
        Some(match decided? {
            Transition::FailStep { reason, .. } => {
                Transition::FailStep { reason, step: Some(self.to_blame()) }
            }
            onward => onward,
        })
    }

    /// The step whose nodes are to blame: the one with the most failures, else the first with a broken gate, else the first that lacks a
    /// node, else the last one that has begun.
    fn to_blame(&self) -> u32 {
        if self.shifts {
            return self.last;
        }
        let steps = || (0u32..).zip(self.portions());
        let broken = |portion: &Portion<'_>| matches!(worst(&self.verdicts([portion])), Combined::Broken(_));
        let most = steps().filter(|(_, one)| !one.failed.is_empty()).max_by_key(|(_, one)| one.failed.len());
        most.or_else(|| steps().find(|(_, one)| broken(one)))
            .or_else(|| steps().find(|(_, one)| one.absent() > self.tolerated()))
            .map_or(self.last, |(step, _)| step)
    }

    fn running(&self, index: u32) -> Option<Transition> {
        if let Some(failed) = self.too_many_failed().or_else(|| self.worse()) {
            return Some(failed);
        }
        if let Combined::Broken(reason) = worst(&self.verdicts(&self.behind)) {
            return self.broken(reason);
        }
        match self.portion.present() {
            0 if self.shifts => Some(nobody_to_serve()),
            0 if self.passed_by(index) => Some(Transition::VerifyStep),
            0 => Some(nobody_left(index)),
            _ => self.proofs(),
        }
    }

    fn verifying(&self, index: u32) -> Option<Transition> {
        self.too_many_failed().or_else(|| self.worse()).or_else(|| match self.portion.present() {
            0 if self.shifts => Some(nobody_to_serve()),
            0 if self.passed_by(index) => Some(Transition::CompleteStep),
            0 => Some(nobody_left(index)),
            _ => self.gates(Transition::CompleteStep),
        })
    }

    /// The step's nodes were all deleted before any of them was given the bundle, and others have proven it: there is nothing to go by, and
    /// nothing against it. A canary has to compare, and cannot.
    fn passed_by(&self, index: u32) -> bool {
        let mut members = self.view.members.iter().filter(|member| member.step == index);
        self.view.rollout.spec.canary.is_none()
            && members.all(|member| member.state == RolloutNodeState::Pending)
            && self.behind.iter().any(|portion| !portion.done.is_empty())
    }

    /// The comparison has said enough; nothing that follows can take it back.
    fn worse(&self) -> Option<Transition> {
        match comparison(self.view, self.now) {
            Comparison::Worse(reason) => Some(fail(words::bounded(&reason))),
            Comparison::None | Comparison::Fair | Comparison::Waits(_) => None,
        }
    }

    fn too_many_failed(&self) -> Option<Transition> {
        if let Some(reason) = self.threshold_reached() {
            return Some(fail(reason));
        }
        let too_many = |portion: &&Portion<'_>| portion.failed.len() > self.tolerated();
        if let Some(Portion { failed, domain, .. }) = self.groups().find(too_many) {
            let place = domain.as_ref().map(|domain| format!(" in {domain}")).unwrap_or_default();
            let nodes = words::nodes(failed.len());
            let kind = format!("{nodes} failed{place}, at most {} may", self.tolerated());
            return Some(fail(words::reason(&kind, failed)));
        }
        // Tolerated one by one, and yet nothing is left that could prove the bundle.
        let Portion { failed, .. } = &self.portion;
        (!failed.is_empty() && failed.len() == self.portion.present())
            .then(|| fail(words::reason("every node of the step failed", failed)))
    }

    /// So many have failed, of all the steps that have begun, that it is not worth to go on, though each step may lose that many. The
    /// share is of all nodes of the rollout, not of those moved so far: one of the first two is half of these, and says little.
    fn threshold_reached(&self) -> Option<String> {
        #[cfg(feature = "planted")]
        if sentinel_model::planted::has(sentinel_model::planted::Bug::ThresholdIgnored) {
            return None;
        }
        let rollout = self.view.rollout;
        let threshold = rollout.spec.rollback_threshold?;
        let failed: Vec<String> =
            self.portions().flat_map(|portion| portion.failed.iter().cloned()).collect();
        let all = u64::from(rollout.nodes);
        if failed.is_empty() || (failed.len() as u64) * 100 < u64::from(threshold) * all {
            return None;
        }
        let percent = failed.len() as f64 * 100.0 / all.max(1) as f64;
        let kind = format!(
            "{} of {all} nodes failed, which is {percent:.1} % and the threshold is {threshold} %",
            failed.len()
        );
        Some(words::reason(&kind, &failed))
    }

    fn proofs(&self) -> Option<Transition> {
        let portion = &self.portion;
        let too_many = |portion: &&Portion<'_>| portion.gone() > self.tolerated();
        let beyond = match self.domains.is_empty() {
            true => Some(portion).filter(too_many),
            false => self.domains.iter().find(too_many),
        };
        let settled = portion.in_flight.is_empty();
        if settled && beyond.is_none() && !portion.done.is_empty() {
            return Some(Transition::VerifyStep);
        }
        if self.overdue() {
            let missing = portion.missing();
            let (ran_s, nodes) = (self.ran_ms / 1_000, words::nodes(missing.len()));
            let have = if missing.len() == 1 { "has" } else { "have" };
            let kind = format!(
                "the step's deadline has passed after {ran_s} s, {nodes} {have} not proven the bundle"
            );
            return Some(fail(words::reason(&kind, &missing)));
        }
        let wait = if settled || beyond.is_some() {
            Some(self.unavailable(beyond.unwrap_or(portion)))
        } else if self.ran_ms > QUIET_MS {
            Some(Wait::undecided(self.waits_for_proof()))
        } else {
            None
        };
        tell(self.view.rollout, wait, self.now)
    }

    fn gates(&self, onward: Transition) -> Option<Transition> {
        let too_few = |portion: &&Portion<'_>| portion.absent() > self.tolerated();
        let nothing_proven = self.portion.done.is_empty() && self.portion.present() > 0;
        let behind = self.groups().find(too_few).or_else(|| nothing_proven.then_some(&self.portion));
        let mut verdicts = self.verdicts(self.portions());
        verdicts.push(checked::judge(self.view, self.last, self.now));
        match (worst(&verdicts), behind) {
            (Combined::Broken(reason), _) => self.broken(reason),
            (_, Some(portion)) => self.wait(self.unavailable(portion)),
            (Combined::Undecided(reason), None) => self.wait(Wait::undecided(reason)),
            (Combined::Pass, None) => match (comparison(self.view, self.now), self.bakes()) {
                (Comparison::Waits(wait), _) | (_, Some(wait)) if onward == Transition::CompleteStep => {
                    self.wait(wait)
                }
                _ if onward == Transition::StartStep => self.may_start(),
                _ => Some(onward),
            },
        }
    }

    /// All is well behind the step; what is left are those who would take the traffic back, and the person who was asked for. Nobody waits
    /// for a person too long: what is behind is judged all the while, and no clock runs.
    fn may_start(&self) -> Option<Transition> {
        if let Some(wait) = self.nobody_to_return_to() {
            return self.wait(wait);
        }
        let Rollout { current_step, steps, .. } = *self.view.rollout;
        if !self.view.rollout.waits_for_person(current_step) {
            return Some(Transition::StartStep);
        }
        let reason =
            format!("step {} of {steps} may begin, and waits for a person to say so", current_step + 1);
        tell(self.view.rollout, Some(Wait { for_person: true, ..Wait::undecided(reason) }), self.now)
    }

    /// A share of the traffic is observed for a time, whatever is asked for besides.
    fn bakes(&self) -> Option<Wait> {
        let bake_s = self.view.rollout.spec.blue_green.as_ref().filter(|_| self.shifted)?.bake_s;
        let ran_s = self.ran_ms / 1_000;
        let reason = || format!("the share of traffic is being observed: {ran_s} s of {bake_s} s");
        (ran_s < u64::from(bake_s)).then(|| Wait::undecided(reason()))
    }

    /// The live slot loses all of its traffic only while it could take it back.
    fn nobody_to_return_to(&self) -> Option<Wait> {
        let view = self.view;
        let step = view.steps.iter().find(|step| step.index == view.rollout.current_step)?;
        step.traffic.filter(|share| *share >= WEIGHT_FULL)?;
        let kept = view.members.iter().filter(|member| member.state == RolloutNodeState::Kept);
        let mut away: Vec<String> = kept
            .filter_map(|member| view.nodes.get(&member.node_id))
            .filter(|node| node.status != NodeStatus::Online)
            .map(|node| node.name.clone())
            .collect();
        away.sort_unstable();
        let kind = format!(
            "nodes that the traffic would come back to are away, at most {} may be before they lose all of it",
            self.tolerated()
        );
        (away.len() > self.tolerated()).then(|| Wait::undecided(words::reason(&kind, &away)))
    }

    /// The gates that are judged now. A slot without traffic has none to be judged by; once it has some, each share is looked at for
    /// its bake time.
    fn asked(&self) -> Gates {
        let spec = &self.view.rollout.spec;
        match &spec.blue_green {
            Some(asked) if self.shifted => {
                Gates { observe_s: spec.gates.observe_s.max(asked.bake_s), ..spec.gates }
            }
            _ => gates::without_traffic(spec),
        }
    }

    /// What the gates say of each node that runs the bundle.
    fn verdicts<'p>(&self, portions: impl IntoIterator<Item = &'p Portion<'p>>) -> Vec<Verdict> {
        let gates = self.asked();
        let done = portions.into_iter().flat_map(|portion| &portion.done);
        done.map(|(node, generation)| {
            let evidence = Evidence {
                node,
                generation: *generation,
                sample: self.view.samples.get(&node.id),
                now: self.now,
                fresh_ms: self.view.fresh_ms,
            };
            judge(&gates, evidence)
        })
        .collect()
    }

    /// A broken gate fails the step when it stays broken.
    fn broken(&self, reason: String) -> Option<Transition> {
        let rollout = self.view.rollout;
        let limit_ms = u64::from(rollout.spec.gates.fail_after_s) * 1_000;
        let since = rollout.hold.as_ref().filter(|hold| hold.broken).map(|hold| hold.since);
        if since.is_some_and(|since| self.now.since(since) >= limit_ms) {
            return Some(fail(reason));
        }
        self.wait(Wait { broken: true, ..Wait::undecided(reason) })
    }

    /// Waiting has an end: the step's deadline.
    fn wait(&self, wait: Wait) -> Option<Transition> {
        if self.overdue() {
            let kind = format!("the step's deadline has passed after {} s", self.ran_ms / 1_000);
            return Some(fail(words::reason(&kind, &[wait.reason])));
        }
        tell(self.view.rollout, Some(wait), self.now)
    }

    /// The steps behind, then the one that is judged.
    fn portions(&self) -> impl Iterator<Item = &Portion<'_>> {
        self.behind.iter().chain([&self.portion])
    }

    /// What `max_unavailable` counts in.
    fn groups(&self) -> impl Iterator<Item = &Portion<'_>> {
        let by_step = self.domains.is_empty();
        self.portions().filter(move |_| by_step).chain(&self.domains)
    }

    fn tolerated(&self) -> usize {
        usize::try_from(self.view.rollout.spec.max_unavailable).unwrap_or(usize::MAX)
    }

    fn overdue(&self) -> bool {
        let overdue = self.ran_ms > self.view.step_deadline_ms() && self.view.may_judge(self.now);
        let anew = self.shifted || !self.view.rollout.spec.checks.is_empty();
        overdue && !(anew && self.observes_anew())
    }

    /// What a leader has observed of a share of traffic, or of checks, is lost with it, and with a pause. That is no fault of the bundle's: whoever goes
    /// on has the time to observe them once more, but never more than a step has.
    fn observes_anew(&self) -> bool {
        let view = self.view;
        let step = view.steps.iter().find(|step| step.index == view.rollout.current_step);
        let since = match step.map(|step| &step.state) {
            Some(StepState::Running { since } | StepState::Verifying { since }) => Some(*since),
            _ => view.rollout.hold.as_ref().map(|hold| hold.waits_since.unwrap_or(hold.since)),
        };
        let begun = since.map_or(view.leader_since, |since| since.max(view.leader_since));
        let share_s = if self.shifted { self.asked().observe_s.saturating_add(BAKE_ROOM_S) } else { 0 };
        let checks_ms = view.rollout.spec.checks.iter().map(|check| check.takes_ms()).max().unwrap_or(0);
        let needs_ms = (u64::from(share_s) * 1_000).max(checks_ms);
        self.now.since(begun) <= needs_ms.min(view.step_deadline_ms())
    }

    fn unavailable(&self, portion: &Portion<'_>) -> Wait {
        let missing = portion.missing();
        let kind = if missing.len() > self.tolerated() {
            match &portion.domain {
                None => format!("nodes are unavailable, at most {} of a step may be", self.tolerated()),
                Some(domain) => {
                    format!("nodes of {domain} are unavailable, at most {} may be", self.tolerated())
                }
            }
        } else {
            "no node of the step is left that runs the bundle".to_owned()
        };
        Wait::undecided(words::reason(&kind, &missing))
    }

    fn waits_for_proof(&self) -> String {
        let names: Vec<String> = self.portion.in_flight.iter().map(|node| node.name.clone()).collect();
        words::reason(&format!("waits for {} to prove the bundle", words::nodes(names.len())), &names)
    }
}

/// Every node that has the bundle was deleted: there is nobody to give traffic to.
fn nobody_to_serve() -> Transition {
    fail("every node of the slot that has the bundle was deleted".into())
}

/// Every node of the step was deleted. Passed over, it would let the next one start on no evidence, and the last one complete the
/// rollout, and become what nodes are given that join, though its gates never passed.
fn nobody_left(index: u32) -> Transition {
    match index {
        0 => fail("every node of the first step was deleted: nothing has proven the bundle".into()),
        _ => {
            fail(format!("every node of step {} was deleted: nothing has proven the bundle there", index + 1))
        }
    }
}

#[cfg(test)]
mod tests;
