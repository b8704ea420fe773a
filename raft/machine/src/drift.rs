//! Drift: what nodes have measured becomes events that begin and end, and something is done about them.
//!
//! An event begins when a node that is online, free and has proven its newest assignment measures something else than that: never
//! in the middle of a switch, of a rollout's step, or for a generation that is not the one in effect. It ends when the node measures
//! that it is back, is given something else, or when somebody closes it. One node has one open event at most.

use std::collections::BTreeMap;

use sentinel_model::drift::{
    CONFIGS_KEPT, DriftCounts, DriftEvent, DriftNode, DriftState, Measurement, RESOLVED_KEPT, Remediation,
    Resolution, RuntimeConfig,
};
use sentinel_model::node::{Node, NodeStatus};
use sentinel_model::project::Project;
use sentinel_model::{DriftEventId, Generation, NodeId, ProjectId, Time};
use uuid::Uuid;

use crate::apply::{Context, Stop, Subject};
use crate::tables::{Read, Scan, Table, TableError, key, load, rows};

/// The cluster level from which on nodes' measurements are taken.
pub const LEVEL: u16 = 4;

/// Most events that one command looks at anew.
pub const RESCHEDULED_AT_ONCE: usize = 500;

/// What is known of a node; of one that has measured nothing, nothing.
pub fn of_node(read: &(impl Read + ?Sized), node: &Node) -> Result<DriftNode, TableError> {
    Ok(load(read, node.id.as_bytes())?.unwrap_or_else(|| DriftNode::new(node.id)))
}

/// How much drift a project has.
pub fn counts(read: &(impl Read + ?Sized), project: ProjectId) -> Result<DriftCounts, TableError> {
    let none =
        DriftCounts { project_id: project, open: 0, alarms: 0, resolved: 0, configs: 0, reschedule: None };
    Ok(load(read, project.as_bytes())?.unwrap_or(none))
}

/// How much drift there is in all projects: events that last, and those of them with an alarm.
pub fn counts_of_all(read: &(impl Read + ?Sized)) -> Result<(u64, u64), TableError> {
    let counts: Vec<DriftCounts> = rows(read, Scan::all(Table::DriftCounts, &[]))?;
    Ok(counts.iter().fold((0, 0), |(open, alarms), of| (open + of.open, alarms + of.alarms)))
}

/// An event of a project.
pub fn event(
    read: &(impl Read + ?Sized),
    project: ProjectId,
    id: DriftEventId,
) -> Result<Option<DriftEvent>, TableError> {
    load(read, &key(&[project.as_bytes(), id.as_bytes()]))
}

/// Every event of a project that lasts.
pub fn open(read: &(impl Read + ?Sized), project: ProjectId) -> Result<Vec<DriftEvent>, TableError> {
    let pairs = read.scan(Scan::all(Table::DriftOpen, project.as_bytes()))?;
    let of = |id: &[u8]| load(read, &key(&[project.as_bytes(), id])).transpose();
    pairs.iter().filter_map(|(_, id)| of(id)).collect()
}

/// Events about which something has to be done, behind a place in their order, at most so many; and the place of the last one.
#[expect(clippy::type_complexity, reason = "what and where, used once")]
pub fn due(
    read: &(impl Read + ?Sized),
    now: Time,
    after: Option<&[u8]>,
    most: usize,
) -> Result<(Vec<(ProjectId, DriftEventId)>, Option<Vec<u8>>), TableError> {
    let pairs = read.scan(Scan { after, limit: most, ..Scan::all(Table::DriftDue, &[]) })?;
    let mut last = None;
    let mut found = Vec::new();
    for (place, _) in pairs {
        let (Some(at), Some(project), Some(event)) = (place.get(..8), place.get(8..24), place.get(24..40))
        else {
            return Err(TableError::new(Table::DriftDue, format!("a place of {} bytes", place.len())));
        };
        if at > &now.0.to_be_bytes()[..] {
            return Ok((found, last));
        }
        let id =
            |bytes: &[u8]| Uuid::from_slice(bytes).map_err(|error| TableError::new(Table::DriftDue, error));
        found.push((ProjectId(id(project)?), DriftEventId(id(event)?)));
        last = Some(place);
    }
    Ok((found, last))
}

/// True when a measurement changes what is known: a member that proposes only news does not fill the log with what a node keeps
/// saying. `effective` is what the node says that its proxy has proven, which the state may not have yet.
pub fn is_news(
    read: &(impl Read + ?Sized),
    node: &Node,
    effective: Option<Generation>,
    found: &Measurement,
) -> Result<bool, TableError> {
    if effective != Some(found.generation) {
        return Ok(false);
    }
    let known = of_node(read, node)?;
    let same = known.measured.as_ref().is_some_and(|measured| measured.says_the_same_as(found));
    Ok(!same || begins(node, &known, found) || ends(node, &known, found))
}

/// True when this is the beginning of drift.
fn begins(node: &Node, known: &DriftNode, found: &Measurement) -> bool {
    !found.in_sync()
        && known.open.is_none()
        && known.dismissed != Some(found.actual)
        && node.status == NodeStatus::Online
        && node.owner.is_none()
        && settled_on(node, found.generation)
}

/// True when this is the end of drift: all is as it should be, or as somebody has decided to leave it.
fn ends(node: &Node, known: &DriftNode, found: &Measurement) -> bool {
    let well = found.in_sync() || known.dismissed == Some(found.actual);
    known.open.is_some() && well && settled_on(node, found.generation)
}

/// True when a generation is what the node shall run and has proven; or it has proven it, and only asserting the same bundle again
/// came to nothing.
fn settled_on(node: &Node, generation: Generation) -> bool {
    let (Some(assignment), Some(effective)) = (&node.assignment, node.effective) else { return false };
    let in_vain = assignment.reasserts.is_some()
        && node.failed_current()
        && effective.bundle_id == assignment.bundle_id;
    effective.generation == generation && (assignment.generation == generation || in_vain)
}

/// Takes in what a node has measured. False when that is no news, or not believed.
pub(crate) fn measure(
    context: &mut Context<'_>,
    node: &Node,
    event_id: DriftEventId,
    found: &Measurement,
) -> Result<bool, Stop> {
    let found = found.clone().clipped();
    if node.effective.map(|fact| fact.generation) != Some(found.generation) {
        return Ok(false);
    }
    let mut known = of_node(context.tables(), node)?;
    let changed = !known.measured.as_ref().is_some_and(|measured| measured.says_the_same_as(&found));
    let begins = begins(node, &known, &found);
    if !changed && !begins && !ends(node, &known, &found) {
        return Ok(false);
    }
    if found.in_sync() {
        known.dismissed = None;
    }
    if changed {
        known.measured_at = context.time;
    }
    known.measured = Some(found.clone());
    let current = match known.open {
        Some(open) => event(context.tables(), node.project_id, open)?,
        None => None,
    };
    if let Some(current) = current.filter(|_| settled_on(node, found.generation)) {
        let left = known.dismissed == Some(found.actual);
        if found.in_sync() || left {
            let ours = !left && current.own_tries > 0 && current.state == DriftState::Open;
            let how = if ours { Resolution::Remediated } else { Resolution::Itself };
            close(context, current, &mut known, (how, "", ""))?;
        } else if !current.found.says_the_same_as(&found) {
            let next = DriftEvent { found, ..current.clone() };
            save(context, Some(&current), next, "drift.changed")?;
        }
    } else if begins {
        begin(context, node, event_id, found, &mut known)?;
    }
    context.store(&known)?;
    Ok(true)
}

fn begin(
    context: &mut Context<'_>,
    node: &Node,
    id: DriftEventId,
    found: Measurement,
    known: &mut DriftNode,
) -> Result<(), Stop> {
    let Some(assignment) = &node.assignment else { return Ok(()) };
    // What was proposed twice begins once.
    if event(context.tables(), node.project_id, id)?.is_some() {
        return Ok(());
    }
    let project = context.require::<Project>(node.project_id.as_bytes(), "Project")?;
    let now = context.time;
    known.tries = known.tries_at(now);
    known.open = Some(id);
    let begun = DriftEvent {
        id,
        project_id: node.project_id,
        node_id: node.id,
        node_name: node.name.clone(),
        bundle_id: assignment.bundle_id,
        found,
        detected_at: now,
        updated_at: now,
        state: DriftState::Open,
        alarm: None,
        tries: known.tries,
        own_tries: 0,
        next_try_at: next_try(&project, known.tries, now),
        resolved_at: None,
        resolved_index: 0,
        resolution: None,
        resolved_by: String::new(),
        reason: String::new(),
        revision: 0,
    };
    Ok(save(context, None, begun, "drift.detected")?)
}

/// When something is done about drift next.
pub(crate) fn next_try(project: &Project, tries: u8, now: Time) -> Option<Time> {
    let acts = project.drift.remediation == Remediation::Reassert;
    acts.then(|| now.plus_ms(project.drift.pause_ms(tries)))
}

/// Closes an event; the caller writes what is known of the node.
pub(crate) fn close(
    context: &mut Context<'_>,
    current: DriftEvent,
    known: &mut DriftNode,
    (how, by, reason): (Resolution, &str, &str),
) -> Result<(), TableError> {
    known.open = None;
    let over = DriftEvent {
        state: DriftState::Resolved,
        next_try_at: None,
        resolved_at: Some(context.time),
        resolved_index: context.index,
        resolution: Some(how),
        resolved_by: by.to_owned(),
        reason: reason.to_owned(),
        ..current.clone()
    };
    let project = over.project_id;
    save(context, Some(&current), over, "drift.closed")?;
    forget_oldest(context, project)
}

/// The node was given something else, or nothing any more: what it drifted from is not what it shall run now, and whoever decided
/// that has a fresh start.
pub(crate) fn superseded(context: &mut Context<'_>, node: &Node) -> Result<(), TableError> {
    let Some(mut known) = context.load::<DriftNode>(node.id.as_bytes())? else { return Ok(()) };
    if let Some(open) = known.open
        && let Some(current) = event(context.tables(), node.project_id, open)?
    {
        close(context, current, &mut known, (Resolution::Superseded, "", ""))?;
    }
    (known.open, known.dismissed, known.tries, known.tried_at) = (None, None, 0, None);
    context.store(&known)
}

/// Forgets what a node has measured: it is gone, or its generations may be given again.
pub(crate) fn forget(context: &mut Context<'_>, node: &Node) -> Result<(), TableError> {
    superseded(context, node)?;
    context.write().delete(Table::DriftNodes, node.id.as_bytes())?;
    if let Some(kept) = context.load::<RuntimeConfig>(node.id.as_bytes())? {
        drop_config(context, &kept)?;
    }
    Ok(())
}

/// The project wants something else done about drift: what lasts is looked at by that, some events at once, those of nodes behind this one.
/// Where there are more, it is noted where to go on. Returns how many were looked at.
pub(crate) fn reschedule(
    context: &mut Context<'_>,
    project: &Project,
    after: Option<NodeId>,
) -> Result<usize, TableError> {
    let behind = after.map(|node| key(&[project.id.as_bytes(), node.as_bytes()]));
    let some = Scan {
        after: behind.as_deref(),
        limit: RESCHEDULED_AT_ONCE,
        ..Scan::all(Table::DriftOpen, project.id.as_bytes())
    };
    let pairs = context.tables().scan(some)?;
    let full = pairs.len() == RESCHEDULED_AT_ONCE;
    let last = pairs.last().filter(|_| full).and_then(|(place, _)| Uuid::from_slice(place.get(16..)?).ok());
    for (_, id) in &pairs {
        let current: Option<DriftEvent> = context.load(&key(&[project.id.as_bytes(), id]))?;
        let Some(current) = current.filter(|current| current.state == DriftState::Open) else { continue };
        let next =
            DriftEvent { next_try_at: next_try(project, current.tries, context.time), ..current.clone() };
        write(context, Some(&current), next)?;
    }
    let before = counts(context.tables(), project.id)?;
    let after = DriftCounts { reschedule: last.map(NodeId), ..before.clone() };
    if after != before {
        context.store(&after)?;
    }
    Ok(pairs.len())
}

/// Projects whose events are not all looked at by what the project wants now.
pub fn rescheduling(read: &(impl Read + ?Sized)) -> Result<Vec<ProjectId>, TableError> {
    let counts: Vec<DriftCounts> = rows(read, Scan::all(Table::DriftCounts, &[]))?;
    Ok(counts.into_iter().filter(|of| of.reschedule.is_some()).map(|of| of.project_id).collect())
}

/// Writes an event that has changed, and tells of it.
pub(crate) fn save(
    context: &mut Context<'_>,
    before: Option<&DriftEvent>,
    now: DriftEvent,
    word: &str,
) -> Result<(), TableError> {
    let id = now.id.to_string();
    let data = BTreeMap::from([
        ("node_id".to_owned(), now.node_id.to_string()),
        ("node".to_owned(), now.node_name.clone()),
        ("severity".to_owned(), now.found.severity.as_str().to_owned()),
        ("state".to_owned(), now.state.as_str().to_owned()),
        ("resolution".to_owned(), now.resolution.map(|how| how.as_str().to_owned()).unwrap_or_default()),
    ]);
    let subject =
        Subject { resource_type: "drift", resource_id: &id, org_id: None, project_id: Some(now.project_id) };
    context.event(word, subject, data);
    write(context, before, now)
}

/// Writes an event, and keeps every index in step with it.
pub(crate) fn write(
    context: &mut Context<'_>,
    before: Option<&DriftEvent>,
    mut now: DriftEvent,
) -> Result<(), TableError> {
    (now.revision, now.updated_at) = (now.revision + 1, context.time);
    if let Some(place) = before.and_then(due_place) {
        context.write().delete(Table::DriftDue, &place)?;
    }
    if let Some(place) = due_place(&now) {
        context.write().put(Table::DriftDue, &place, b"")?;
    }
    let project = now.project_id;
    let by_node = key(&[project.as_bytes(), now.node_id.as_bytes()]);
    let was = before.map(|before| before.state);
    let is = now.state;
    match (was.is_some_and(|was| was != DriftState::Resolved), is != DriftState::Resolved) {
        (false, true) => context.write().put(Table::DriftOpen, &by_node, now.id.as_bytes())?,
        (true, false) => context.write().delete(Table::DriftOpen, &by_node)?,
        _ => {}
    }
    if is == DriftState::Resolved {
        context.write().put(Table::DriftResolved, &resolved_place(&now), b"")?;
    }
    if was != Some(is) {
        let mut counts = counts(context.tables(), project)?;
        if let Some(was) = was {
            count(&mut counts, was, |number| number.saturating_sub(1));
        }
        count(&mut counts, is, |number| number + 1);
        context.store(&counts)?;
    }
    context.store(&now)
}

fn count(counts: &mut DriftCounts, state: DriftState, change: impl Fn(u64) -> u64) {
    match state {
        DriftState::Open => counts.open = change(counts.open),
        DriftState::Alarm => {
            (counts.open, counts.alarms) = (change(counts.open), change(counts.alarms));
        }
        DriftState::Resolved => counts.resolved = change(counts.resolved),
    }
}

fn due_place(event: &DriftEvent) -> Option<Vec<u8>> {
    let at = event.next_try_at?.0.to_be_bytes();
    Some(key(&[&at, event.project_id.as_bytes(), event.id.as_bytes()]))
}

fn resolved_place(event: &DriftEvent) -> Vec<u8> {
    key(&[event.project_id.as_bytes(), &event.resolved_index.to_be_bytes(), event.id.as_bytes()])
}

/// Forgets the events that were resolved first, beyond those that are kept.
fn forget_oldest(context: &mut Context<'_>, project: ProjectId) -> Result<(), TableError> {
    let mut counts = counts(context.tables(), project)?;
    let limit = usize::try_from(counts.resolved.saturating_sub(RESOLVED_KEPT)).unwrap_or(usize::MAX);
    if limit == 0 {
        return Ok(());
    }
    let oldest = Scan { limit, ..Scan::all(Table::DriftResolved, project.as_bytes()) };
    for (place, _) in context.tables().scan(oldest)? {
        let id = place.get(24..).unwrap_or_default();
        context.write().delete(Table::DriftEvents, &key(&[project.as_bytes(), id]))?;
        context.write().delete(Table::DriftResolved, &place)?;
        counts.resolved -= 1;
    }
    context.store(&counts)
}

/// Keeps the configuration that a node runs, in the place of the one that was kept of it, and forgets the oldest beyond those that are
/// kept.
pub(crate) fn keep_config(context: &mut Context<'_>, config: &RuntimeConfig) -> Result<(), TableError> {
    if let Some(kept) = context.load::<RuntimeConfig>(config.node_id.as_bytes())? {
        drop_config(context, &kept)?;
    }
    let mut counts = counts(context.tables(), config.project_id)?;
    counts.configs += 1;
    context.store(&counts)?;
    context.write().put(Table::RuntimeConfigsByProject, &config_place(config), b"")?;
    context.store(config)?;
    let limit = usize::try_from(counts.configs.saturating_sub(CONFIGS_KEPT)).unwrap_or(usize::MAX);
    if limit > 0 {
        let oldest =
            Scan { limit, ..Scan::all(Table::RuntimeConfigsByProject, config.project_id.as_bytes()) };
        for (place, _) in context.tables().scan(oldest)? {
            let node = place.get(24..).unwrap_or_default();
            if let Some(kept) = context.load::<RuntimeConfig>(node)? {
                drop_config(context, &kept)?;
            }
        }
    }
    Ok(())
}

fn drop_config(context: &mut Context<'_>, kept: &RuntimeConfig) -> Result<(), TableError> {
    context.write().delete(Table::RuntimeConfigs, kept.node_id.as_bytes())?;
    context.write().delete(Table::RuntimeConfigsByProject, &config_place(kept))?;
    let mut counts = counts(context.tables(), kept.project_id)?;
    counts.configs = counts.configs.saturating_sub(1);
    context.store(&counts)
}

fn config_place(config: &RuntimeConfig) -> Vec<u8> {
    key(&[config.project_id.as_bytes(), &config.index.to_be_bytes(), config.node_id.as_bytes()])
}
