//! Indexes agree with the rows that they index, both ways.

use std::collections::{BTreeMap, BTreeSet};

use sentinel_machine::memory::MemoryTables;
use sentinel_machine::tables::{self, Row, key, rows};
use sentinel_machine::{Read, Scan, Table, config, waiting};
use sentinel_model::acme::{Acme, AcmeChallenge};
use sentinel_model::api_key::ApiKey;
use sentinel_model::audit::AuditEntry;
use sentinel_model::bundle::{Bundle, BundleState};
use sentinel_model::certificate::{self, Certificate, CertificateContent};
use sentinel_model::cluster::JoinToken;
use sentinel_model::config::{Kind, secrets};
use sentinel_model::config_object::{ConfigObject, ConfigState};
use sentinel_model::drift::{DriftCounts, DriftEvent, DriftNode, DriftState, RuntimeConfig};
use sentinel_model::enrolment::EnrolmentToken;
use sentinel_model::environment::Environment;
use sentinel_model::internal_ca::{InternalCa, InternalCaKey, InternalCertificate, InternalCrl};
use sentinel_model::node::{AssignmentCause, Node};
use sentinel_model::org::Org;
use sentinel_model::project::Project;
use sentinel_model::project_secret::{NodeSealingKey, ProjectSecret, SecretName, SecretValue, VERSIONS_KEPT};
use sentinel_model::promotion::{Promotion, PromotionRule};
use sentinel_model::rollout::{Rollout, RolloutNode, RolloutNodeState, RolloutState, Step};
use sentinel_model::session::Session;
use sentinel_model::user::{Membership, User};
use sentinel_model::{CertificateId, SecretId, Time};

type Index = BTreeMap<Vec<u8>, Vec<u8>>;

fn index(tables: &MemoryTables, table: Table) -> Index {
    tables.scan(Scan::all(table, &[])).unwrap().into_iter().collect()
}

fn all<R: Row>(tables: &MemoryTables) -> Vec<R> {
    rows(tables, Scan::all(R::TABLE, &[])).unwrap()
}

fn agrees<R: Row>(tables: &MemoryTables, table: Table, entry: impl Fn(&R) -> Option<(Vec<u8>, Vec<u8>)>) {
    let expected: Index = all::<R>(tables).iter().filter_map(entry).collect();
    assert_eq!(index(tables, table), expected, "index {}", table.name());
}

/// Stops the test when an index and its rows disagree.
pub fn check(tables: &MemoryTables) {
    let id = |id: &[u8; 16]| id.to_vec();
    let nothing = Vec::new;
    agrees::<JoinToken>(tables, Table::JoinTokenDigests, |row| {
        Some((row.secret_digest.0.to_vec(), id(row.id.as_bytes())))
    });
    agrees::<Org>(tables, Table::OrgSlugs, |row| Some((row.slug.clone().into(), id(row.id.as_bytes()))));
    agrees::<Project>(tables, Table::ProjectSlugs, |row| {
        Some((row.slug.clone().into(), id(row.id.as_bytes())))
    });
    agrees::<Project>(tables, Table::ProjectsByOrg, |row| {
        Some((key(&[row.org_id.as_bytes(), row.id.as_bytes()]), nothing()))
    });
    agrees::<User>(tables, Table::UserEmails, |row| Some((row.email.clone().into(), id(row.id.as_bytes()))));
    agrees::<Membership>(tables, Table::MembershipsByUser, |row| {
        Some((key(&[row.user_id.as_bytes(), row.org_id.as_bytes()]), nothing()))
    });
    agrees::<Session>(tables, Table::SessionsByExpiry, |row| {
        Some((key(&[&row.expires_at.0.to_be_bytes(), &row.token_digest.0]), nothing()))
    });
    agrees::<ApiKey>(tables, Table::ApiKeyDigests, |row| {
        Some((row.key_digest.0.to_vec(), id(row.id.as_bytes())))
    });
    agrees::<ApiKey>(tables, Table::ApiKeysByOrg, |row| {
        Some((key(&[row.org_id.as_bytes(), row.id.as_bytes()]), nothing()))
    });
    agrees::<Bundle>(tables, Table::BundleVersions, |row| {
        Some((key(&[row.project_id.as_bytes(), row.version.as_bytes()]), id(row.id.as_bytes())))
    });
    agrees::<Bundle>(tables, Table::BundlesByProject, |row| {
        Some((key(&[row.project_id.as_bytes(), row.id.as_bytes()]), nothing()))
    });
    agrees::<EnrolmentToken>(tables, Table::EnrolmentDigests, |row| {
        Some((row.token_digest.0.to_vec(), id(row.id.as_bytes())))
    });
    agrees::<EnrolmentToken>(tables, Table::EnrolmentsByProject, |row| {
        Some((key(&[row.project_id.as_bytes(), row.id.as_bytes()]), nothing()))
    });
    agrees::<Node>(tables, Table::NodeNames, |row| {
        Some((key(&[row.project_id.as_bytes(), row.name.as_bytes()]), id(row.id.as_bytes())))
    });
    agrees::<Node>(tables, Table::NodeKeyDigests, |row| {
        Some((row.key_digest.0.to_vec(), id(row.id.as_bytes())))
    });
    agrees::<Node>(tables, Table::BaselineNodes, |row| {
        let cause = row.assignment.as_ref().map(|assignment| assignment.cause);
        let undecided = matches!(cause, None | Some(AssignmentCause::Baseline));
        undecided.then(|| (key(&[row.project_id.as_bytes(), row.id.as_bytes()]), nothing()))
    });
    agrees::<Rollout>(tables, Table::RolloutsByProject, |row| {
        Some((key(&[row.project_id.as_bytes(), row.id.as_bytes()]), nothing()))
    });
    agrees::<Rollout>(tables, Table::RolloutsActive, |row| {
        let begun = !row.state.is_final() && !row.state.phase().is_waiting();
        begun.then(|| (id(row.id.as_bytes()), nothing()))
    });
    let look_at = |row: &Rollout| Some(waiting::look_at(row)?.0.to_be_bytes().to_vec());
    agrees::<Rollout>(tables, Table::RolloutsWaiting, |row| {
        Some((key(&[row.project_id.as_bytes(), row.id.as_bytes()]), look_at(row)?))
    });
    agrees::<Rollout>(tables, Table::RolloutsDue, |row| {
        Some((key(&[&look_at(row)?, row.id.as_bytes()]), nothing()))
    });
    agrees::<Project>(tables, Table::BaselinesDue, |row| {
        let at = row.catch_up.as_ref()?.not_before.0.to_be_bytes();
        Some((key(&[&at, row.id.as_bytes()]), nothing()))
    });
    agrees::<Rollout>(tables, Table::RolloutQueue, |row| {
        let place = row.queued?.place.to_be_bytes();
        Some((key(&[row.project_id.as_bytes(), &place]), id(row.id.as_bytes())))
    });
    let rollouts = all::<Rollout>(tables);
    agrees::<RolloutNode>(tables, Table::NodeQueue, |row| {
        let waiting = rollouts.iter().find(|rollout| rollout.id == row.rollout_id)?;
        let place = waiting.queued?.place.to_be_bytes();
        Some((key(&[row.node_id.as_bytes(), &place]), id(row.rollout_id.as_bytes())))
    });
    for rollout in &rollouts {
        assert_eq!(rollout.queued.is_some(), rollout.state == RolloutState::Pending, "{rollout:?}");
    }
    agrees::<Node>(tables, Table::EnvironmentNodes, |row| {
        Some((key(&[row.environment_id?.as_bytes(), row.id.as_bytes()]), nothing()))
    });
    agrees::<Promotion>(tables, Table::PromotionsByTime, |row| {
        let at = row.at.0.to_be_bytes();
        Some((key(&[row.environment_id.as_bytes(), &at, row.bundle_id.as_bytes()]), nothing()))
    });
    agrees::<Environment>(tables, Table::EnvironmentBaselinesDue, |row| {
        let at = row.catch_up.as_ref()?.not_before.0.to_be_bytes();
        Some((key(&[&at, row.id.as_bytes()]), id(row.project_id.as_bytes())))
    });
    agrees::<PromotionRule>(tables, Table::PromotionRulesDue, |row| {
        Some((key(&[&row.look_at?.0.to_be_bytes(), row.id.as_bytes()]), id(row.project_id.as_bytes())))
    });
    agrees::<DriftEvent>(tables, Table::DriftOpen, |row| {
        let lasts = row.state != DriftState::Resolved;
        let place = key(&[row.project_id.as_bytes(), row.node_id.as_bytes()]);
        lasts.then(|| (place, id(row.id.as_bytes())))
    });
    agrees::<DriftEvent>(tables, Table::DriftResolved, |row| {
        let index = row.resolved_index.to_be_bytes();
        let over = row.state == DriftState::Resolved;
        over.then(|| (key(&[row.project_id.as_bytes(), &index, row.id.as_bytes()]), nothing()))
    });
    agrees::<DriftEvent>(tables, Table::DriftDue, |row| {
        let at = row.next_try_at?.0.to_be_bytes();
        Some((key(&[&at, row.project_id.as_bytes(), row.id.as_bytes()]), nothing()))
    });
    agrees::<RuntimeConfig>(tables, Table::RuntimeConfigsByProject, |row| {
        let index = row.index.to_be_bytes();
        Some((key(&[row.project_id.as_bytes(), &index, row.node_id.as_bytes()]), nothing()))
    });
    drift_is_counted(tables);
    configuration_is_whole(tables);
    secrets_have_their_values(tables);
    certificates_have_their_contents(tables);
    internal_cas_are_whole(tables);
    for (table, time) in [
        (Table::InternalCertificatesByTime, (|row| row.issued_at) as fn(&InternalCertificate) -> Time),
        (Table::InternalCertificatesByEnd, |row| row.not_after),
    ] {
        agrees::<InternalCertificate>(tables, table, |row| {
            let place = [row.project_id.as_bytes(), &time(row).0.to_be_bytes()[..], row.serial.as_bytes()];
            Some((key(&place), nothing()))
        });
    }
    agrees::<AuditEntry>(tables, Table::AuditByOrg, |row| {
        row.org_id.map(|org| (key(&[org.as_bytes(), &row.seq.to_be_bytes()]), nothing()))
    });
    agrees::<AuditEntry>(tables, Table::AuditByProject, |row| {
        row.project_id.map(|project| (key(&[project.as_bytes(), &row.seq.to_be_bytes()]), nothing()))
    });
    let requests: BTreeSet<Vec<u8>> = index(tables, Table::Requests).into_keys().collect();
    let by_index: BTreeSet<Vec<u8>> =
        index(tables, Table::RequestsByIndex).into_values().map(|place| place[..16].to_vec()).collect();
    assert_eq!(requests, by_index, "requests are remembered and forgotten in both places");
    every_row_has_its_home(tables);
    ownership(tables);
}

/// Counters say what is there, and a node knows its open event.
fn drift_is_counted(tables: &MemoryTables) {
    let events = all::<DriftEvent>(tables);
    for counts in all::<DriftCounts>(tables) {
        let of = |state| {
            events
                .iter()
                .filter(|event| event.project_id == counts.project_id && event.state == state)
                .count() as u64
        };
        let alarms = of(DriftState::Alarm);
        let expected = (of(DriftState::Open) + alarms, alarms, of(DriftState::Resolved));
        assert_eq!((counts.open, counts.alarms, counts.resolved), expected);
        let configs = all::<RuntimeConfig>(tables);
        let kept = configs.iter().filter(|config| config.project_id == counts.project_id).count();
        assert_eq!(counts.configs, kept as u64);
    }
    for event in events.iter().filter(|event| event.state != DriftState::Resolved) {
        let node: DriftNode = tables::load(tables, event.node_id.as_bytes()).unwrap().unwrap();
        assert_eq!(node.open, Some(event.id), "a node has one open event at most, and knows it");
    }
}

/// Counters say what is there, everything that is named is there, and who names it stands beside it.
fn configuration_is_whole(tables: &MemoryTables) {
    let place = |row: &ConfigObject| config::key_of(row.project_id, row.spec.kind(), &row.slug);
    agrees::<ConfigObject>(tables, Table::ConfigObjectIds, |row| {
        Some((row.id.as_bytes().to_vec(), place(row)))
    });
    let objects = all::<ConfigObject>(tables);
    let mut references = Index::new();
    for object in &objects {
        for named in object.spec.references() {
            let there = objects.iter().any(|other| {
                other.project_id == object.project_id
                    && (other.spec.kind(), other.slug.as_str()) == (named.kind, named.slug)
            });
            assert!(there, "{} names {named}", object.slug);
            let to =
                key(&[object.project_id.as_bytes(), &[named.kind.number()], named.slug.as_bytes(), &[0]]);
            let by = key(&[&[object.spec.kind().number()], object.slug.as_bytes()]);
            references.insert(key(&[&to, &by]), Vec::new());
        }
    }
    assert_eq!(index(tables, Table::ConfigReferences), references);
    let states = all::<ConfigState>(tables);
    for object in &objects {
        assert!(states.iter().any(|state| state.project_id == object.project_id));
    }
    for state in states {
        let own = || objects.iter().filter(|object| object.project_id == state.project_id);
        assert_eq!(state.bytes, own().map(|object| object.bytes).sum::<u64>(), "bytes are counted");
        for kind in Kind::ALL {
            let there = own().filter(|object| object.spec.kind() == *kind).count() as u64;
            assert_eq!(state.count(*kind), there, "objects are counted");
        }
        assert!(own().all(|object| object.revision <= state.revision));
    }
}

/// Each version that is kept has a value, no other one has, and who names a secret stands beside it.
fn secrets_have_their_values(tables: &MemoryTables) {
    let secrets = all::<ProjectSecret>(tables);
    let mut kept: BTreeSet<(SecretId, u64, u64)> = BTreeSet::new();
    for secret in &secrets {
        assert!(!secret.versions.is_empty() && secret.versions.len() <= VERSIONS_KEPT);
        kept.extend(secret.versions.iter().map(|version| (secret.id, version.number, version.bytes)));
        let same = |other: &&ProjectSecret| {
            (other.project_id, &other.name, other.environment_id)
                == (secret.project_id, &secret.name, secret.environment_id)
        };
        assert_eq!(secrets.iter().filter(same).count(), 1, "{} is there twice", secret.name);
    }
    let values = all::<SecretValue>(tables).into_iter();
    let found: BTreeSet<_> =
        values.map(|value| (value.secret_id, value.version, value.sealed.0.len() as u64)).collect();
    assert_eq!(found, kept);
    let names: Vec<_> = all::<SecretName>(tables)
        .into_iter()
        .map(|name| (name.project_id, name.name, name.environment_id, name.secret_id, name.version))
        .collect();
    assert_eq!(names.len(), secrets.len());
    for secret in secrets {
        let version = secret.version();
        let name = (secret.project_id, secret.name, secret.environment_id, secret.id, version);
        assert!(names.contains(&name), "{name:?}");
    }
    let mut uses = Index::new();
    for object in all::<ConfigObject>(tables) {
        for (name, fields) in secrets::named_in(&object.spec.content()) {
            let kind = [object.spec.kind().number()];
            let place =
                key(&[object.project_id.as_bytes(), name.as_bytes(), &[0], &kind, object.slug.as_bytes()]);
            uses.insert(place, tables::encode(Table::SecretUses, &fields).unwrap());
        }
    }
    assert_eq!(index(tables, Table::SecretUses), uses);
}

/// Each version that is kept has chain and key, no other one has, and when it ends stands beside it.
fn certificates_have_their_contents(tables: &MemoryTables) {
    let certificates = all::<Certificate>(tables);
    let mut kept: BTreeSet<(CertificateId, u64, u64)> = BTreeSet::new();
    for certificate in &certificates {
        assert!(certificate.versions.len() <= certificate::VERSIONS_KEPT);
        kept.extend(
            certificate.versions.iter().map(|version| (certificate.id, version.number, version.bytes)),
        );
    }
    let contents = all::<CertificateContent>(tables).into_iter();
    let size = |content: &CertificateContent| (content.chain.len() + content.sealed.0.len()) as u64;
    let found: BTreeSet<_> =
        contents.map(|content| (content.certificate_id, content.version, size(&content))).collect();
    assert_eq!(found, kept);
    let mut times = Index::new();
    for row in &certificates {
        let due = row.acme.as_ref().map(Acme::due);
        for (kind, time) in [(0, row.not_after()), (1, due)] {
            let Some(time) = time.map(|time| time.0.to_be_bytes()) else { continue };
            let place = key(&[&[kind], &time, row.project_id.as_bytes(), row.slug.as_bytes()]);
            times.insert(place, Vec::new());
        }
    }
    assert_eq!(index(tables, Table::CertificatesByTime), times);
    let orders = certificates.iter().filter_map(|row| Some((row.id, row.acme.as_ref()?.order()?)));
    let expected: BTreeSet<_> =
        orders.flat_map(|(id, order)| order.tokens.iter().map(move |token| (id, token.clone()))).collect();
    let answered = all::<AcmeChallenge>(tables).into_iter();
    assert_eq!(answered.map(|row| (row.certificate_id, row.token)).collect::<BTreeSet<_>>(), expected);
}

/// A CA has its key, its list, and as many certificates as it says.
fn internal_cas_are_whole(tables: &MemoryTables) {
    let cas = all::<InternalCa>(tables);
    let ids: BTreeSet<_> = cas.iter().map(|ca| (ca.project_id, ca.id)).collect();
    let keys: BTreeSet<_> =
        all::<InternalCaKey>(tables).iter().map(|row| (row.project_id, row.ca_id)).collect();
    let lists: BTreeSet<_> =
        all::<InternalCrl>(tables).iter().map(|row| (row.project_id, row.ca_id)).collect();
    assert_eq!((&keys, &lists), (&ids, &ids));
    let issued = all::<InternalCertificate>(tables);
    for ca in &cas {
        assert_eq!(issued.iter().filter(|row| row.ca_id == ca.id).count() as u64, ca.kept);
        assert!(ca.crl.revocations <= ca.revocations);
    }
    assert!(issued.iter().all(|row| ids.contains(&(row.project_id, row.ca_id))));
}

fn every_row_has_its_home(tables: &MemoryTables) {
    let nodes: BTreeSet<_> = all::<Node>(tables).iter().map(|node| node.id.as_bytes().to_vec()).collect();
    for event in index(tables, Table::NodeEvents).into_keys() {
        assert!(nodes.contains(&event[..16]), "an event of a node that is gone");
    }
    for key in all::<NodeSealingKey>(tables) {
        assert!(nodes.contains(&key.node_id.as_bytes()[..]), "the key of a node that is gone");
    }
    let events = index(tables, Table::NodeEvents);
    for (node, count) in index(tables, Table::NodeEventCounts) {
        let count: usize = tables::decode(Table::NodeEventCounts, &count).unwrap();
        assert_eq!(events.keys().filter(|event| event[..16] == *node).count(), count, "events are counted");
    }
    for (project, bytes) in index(tables, Table::BundleBytes) {
        let counted: u64 = tables::decode(Table::BundleBytes, &bytes).unwrap();
        let kept = |bundle: &Bundle| {
            bundle.project_id.as_bytes()[..] == *project && bundle.state != BundleState::Revoked
        };
        let sum: u64 = all::<Bundle>(tables).into_iter().filter(kept).map(|bundle| bundle.size_bytes).sum();
        assert_eq!(counted, sum, "the bytes of bundles are counted");
    }
    let environments = all::<Environment>(tables);
    let known = |id| environments.iter().any(|environment| environment.id == id);
    assert!(all::<Node>(tables).iter().filter_map(|node| node.environment_id).all(known));
    assert!(all::<Promotion>(tables).iter().all(|promotion| known(promotion.environment_id)));
    for environment in &environments {
        let of = |other: &&Environment| other.project_id == environment.project_id;
        let mut places: Vec<u32> = environments.iter().filter(of).map(|other| other.ordinal).collect();
        places.sort_unstable();
        assert!(
            places.into_iter().eq(0..environments.iter().filter(of).count() as u32),
            "places have no gaps"
        );
    }
    for (place, entry) in all::<AuditEntry>(tables).iter().enumerate() {
        assert_eq!(entry.seq, place as u64 + 1, "the audit log has no gap");
    }
    for rollout in all::<Rollout>(tables) {
        let of =
            |member: &RolloutNode| member.rollout_id == rollout.id && member.state != RolloutNodeState::Kept;
        let members = all::<RolloutNode>(tables).into_iter().filter(of).count();
        let steps = all::<Step>(tables).into_iter().filter(|step| step.rollout_id == rollout.id).count();
        assert_eq!((members, steps), (rollout.nodes as usize, rollout.steps as usize));
    }
}

/// Exactly one rollout owns a node, and only one that lives.
fn ownership(tables: &MemoryTables) {
    let rollouts: BTreeMap<_, _> =
        all::<Rollout>(tables).into_iter().map(|rollout| (rollout.id, rollout)).collect();
    let members = all::<RolloutNode>(tables);
    for node in all::<Node>(tables) {
        let Some(owner) = node.owner else { continue };
        let phase = rollouts[&owner].state.phase();
        assert!(
            !phase.is_final() && !phase.is_waiting(),
            "{} belongs to a rollout that is {phase:?}",
            node.name
        );
        assert!(members.iter().any(|member| member.rollout_id == owner && member.node_id == node.id));
        assert!(node.assignment.is_none_or(|assignment| assignment.generation <= node.generation));
    }
}
