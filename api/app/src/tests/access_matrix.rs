//! Who may do what, spelled out beside the table and tried for every operation and every kind of caller.

use sentinel_api_types::api_key::Scope as WireScope;
use sentinel_model::api_key::Scope;
use sentinel_model::user::Role;

use crate::access::{Operation, Place, Who, authorize};
use crate::caller::Caller;
use crate::error::AppError;
use crate::testing::World;
use crate::testing::world::{OTHER_PROJECT, PROJECT};

/// The decisions of the product, one line each: operation, least role or kind of caller, scope.
const DECIDED: &str = "
SessionCreate anyone -            SessionShow person -              SessionDelete person -
PasswordChange person -           PasswordReset admin -
OrgList person -                  OrgCreate cluster-admin -         OrgShow reader nodes:read
SigningKeyList reader bundles:read MemberList reader -              MemberCreate admin -
MemberUpdate admin -              MemberDelete admin -              ProjectList reader nodes:read
ProjectCreate admin -             ProjectShow reader nodes:read     OverviewShow reader nodes:read
OrgAuditList reader api_keys:admin ProjectAuditList reader api_keys:admin ApiKeyList admin api_keys:admin
ApiKeyShow admin api_keys:admin   ApiKeyCreate admin api_keys:admin ApiKeyRevoke admin api_keys:admin
ApiKeyDelete admin api_keys:admin EnrolmentTokenList reader nodes:write EnrolmentTokenCreate operator nodes:write
EnrolmentTokenRevoke operator nodes:write NodeList reader nodes:read NodeStats reader nodes:read
NodeShow reader nodes:read        NodeWhy reader rollouts:read      NodeEventList reader nodes:read   NodeDelete operator nodes:write
BundleCreate operator bundles:write BundleValidate operator bundles:write BundleList reader bundles:read
BundleShow reader bundles:read    BundleSource reader bundles:read  BundleDiff reader bundles:read
BundleDownload reader bundles:read BundleArchive reader bundles:read BundleVerify reader bundles:read
BundleSbom reader bundles:read    BundleAssign operator bundles:write BundleRevoke operator bundles:write
RolloutPlan operator rollouts:write RolloutRehearse operator rollouts:write RolloutCreate operator rollouts:write RolloutList reader rollouts:read
RolloutShow reader rollouts:read  RolloutPause operator rollouts:write RolloutResume operator rollouts:write
RolloutRelease operator rollouts:write RolloutCancel operator rollouts:write RolloutRollback operator rollouts:write EventWatch reader nodes:read
EventWatchAll person -            ClusterShow person-or-key -        NodeRegister anyone -
JoinTokenList cluster-admin -     JoinTokenCreate cluster-admin -   JoinTokenRevoke cluster-admin -
ClusterMemberRemove cluster-admin - LeadershipHandOver cluster-admin -
BackupCreate cluster-admin -        BackupNote cluster-admin -      ClusterLevelRaise cluster-admin -
NodeHeartbeat node -              NodeLatest node -                 NodeArchive node -
NodeUpdate operator nodes:write
RuntimeConfigShow reader bundles:read DriftList reader nodes:read   DriftStats reader nodes:read
DriftShow reader nodes:read       DriftExport reader nodes:read     DriftResolve operator nodes:write
RuntimeConfigKeep node -             NodeSecrets node -
NodeChallenge node -
ProjectUpdate admin -             RolloutApprove operator -         RolloutReject operator -
RolloutBreakGlass admin -         FreezeWindowList reader rollouts:read FreezeWindowCreate admin -
FreezeWindowDelete admin -           NodeGroupList reader nodes:read    NodeGroupShow reader nodes:read
NodeGroupCreate operator nodes:write NodeGroupUpdate operator nodes:write NodeGroupDelete operator nodes:write
SimulatorShow reader nodes:read   SimulatorSet operator nodes:write SimulatorStop operator nodes:write
EnvironmentList reader nodes:read EnvironmentShow reader nodes:read EnvironmentCreate admin -
EnvironmentDefaults admin -       EnvironmentUpdate admin -         EnvironmentDelete admin -
PromotionRuleList reader rollouts:read PromotionRuleCreate operator rollouts:write
PromotionRuleUpdate operator rollouts:write PromotionRuleDelete operator rollouts:write
RolloutTemplateList reader rollouts:read RolloutTemplateShow reader rollouts:read
RolloutTemplateCreate operator rollouts:write RolloutTemplateUpdate operator rollouts:write
ConfigList reader services:read   ConfigShow reader services:read   ConfigExport reader services:read
ConfigDiff reader services:read   ConfigCheck reader services:read  ConfigCreate operator services:write
ConfigPreview reader services:read ServiceTemplateList person-or-key - ServiceTemplateFill person-or-key -
ConfigReplace operator services:write ConfigDelete operator services:write ConfigApply operator services:write
ConfigImport operator services:write
SecretList reader services:read   SecretShow reader services:read   SecretCreate operator services:write
SecretRotate operator services:write SecretUpdate operator services:write SecretDelete operator services:write
CertificateList reader services:read CertificateShow reader services:read CertificateCreate operator services:write
CertificateRequest operator services:write CertificateRenew operator services:write
CertificateReplace operator services:write CertificateUpdate operator services:write CertificateDelete operator services:write
InternalCaShow reader services:read InternalCaCreate admin services:write InternalCaDelete admin services:write
InternalCertificateList reader services:read InternalCertificateShow reader services:read
InternalCertificateIssue operator services:write InternalCertificateRevoke operator services:write
RolloutTemplateDelete operator rollouts:write CalendarShow reader rollouts:read
NodeToken node -                  NodeEventsAppend node -            ClusterAuditList cluster-admin -";

fn decided(operation: Operation) -> (&'static str, Option<Scope>) {
    let words: Vec<&str> = DECIDED.split_whitespace().collect();
    let name = format!("{operation:?}");
    let at = words.chunks(3).find(|line| line[0] == name).unwrap_or_else(|| panic!("{name} is not decided"));
    (at[1], (at[2] != "-").then(|| at[2].parse().unwrap()))
}

#[test]
fn the_table_says_what_was_decided_and_nothing_is_left_out() {
    assert_eq!(DECIDED.split_whitespace().count(), Operation::ALL.len() * 3);
    for operation in Operation::ALL {
        let (who, scope) = decided(*operation);
        let expected = match who {
            "anyone" => Who::Anyone,
            "person" => Who::Person,
            "person-or-key" => Who::PersonOrKey,
            "cluster-admin" => Who::ClusterAdmin,
            "node" => Who::Node,
            "reader" => Who::Member(Role::Reader, scope),
            "operator" => Who::Member(Role::Operator, scope),
            "admin" => Who::Member(Role::Admin, scope),
            other => panic!("{other}"),
        };
        assert_eq!(operation.who(), expected, "{operation:?}");
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Allowed,
    Unauthenticated,
    Forbidden,
    NotFound,
}

fn verdict(result: Result<(), AppError>) -> Verdict {
    match result {
        Ok(()) => Verdict::Allowed,
        Err(AppError::Unauthenticated(_)) => Verdict::Unauthenticated,
        Err(AppError::Forbidden(_)) => Verdict::Forbidden,
        Err(AppError::NotFound(_)) => Verdict::NotFound,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn every_operation_is_tried_with_every_kind_of_caller() {
    use Verdict::{Allowed, Forbidden, NotFound, Unauthenticated};
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    kit.project(&world.admin, "default", "second").await.unwrap();
    let all: Vec<WireScope> = Scope::ALL.into_iter().map(Into::into).collect();
    let everything = kit.key(&world.admin, &all, None).await.unwrap();
    let here = kit.key(&world.admin, &all, Some(PROJECT)).await.unwrap();
    let elsewhere = kit.key(&world.admin, &all, Some("second")).await.unwrap();
    let foreign = kit.key(&world.outsider, &all, Some(OTHER_PROJECT)).await.unwrap();
    let mut without = Vec::new();
    for missing in Scope::ALL {
        let scopes: Vec<WireScope> =
            Scope::ALL.into_iter().filter(|scope| *scope != missing).map(Into::into).collect();
        without.push((missing, kit.key(&world.admin, &scopes, None).await.unwrap()));
    }

    let view = kit.app.read_stale().await.unwrap();
    let org = kit.app.orgs_of(&world.reader.caller, &view).unwrap()[0];
    let ask = |operation: Operation, caller: &Caller, place: Place| {
        verdict(authorize(operation, caller, place, &*view.tables, kit.app.now()))
    };
    for operation in Operation::ALL {
        let (who, scope) = decided(*operation);
        let place = match who {
            "node" => Place::Node(world.node.0),
            "reader" | "operator" | "admin" => Place::Project(org, world.project),
            _ => Place::Cluster,
        };
        let in_tenancy = matches!(who, "reader" | "operator" | "admin");
        let expect = |caller: &Caller, expected: Verdict, what: &str| {
            let expected = if who == "anyone" { Allowed } else { expected };
            assert_eq!(ask(*operation, caller, place), expected, "{operation:?} by {what}");
        };
        expect(&kit.anonymous(), Unauthenticated, "nobody");

        let person = |role: Role, cluster_admin: bool| match who {
            "person" | "person-or-key" => Allowed,
            "cluster-admin" if cluster_admin => Allowed,
            "reader" => Allowed,
            "operator" if role >= Role::Operator => Allowed,
            "admin" if role >= Role::Admin => Allowed,
            _ => Forbidden,
        };
        expect(&world.reader.caller, person(Role::Reader, false), "a reader");
        expect(&world.operator.caller, person(Role::Operator, false), "an operator");
        expect(&world.admin.caller, person(Role::Admin, true), "the administrator");
        let of_other = if in_tenancy { NotFound } else { person(Role::Reader, false) };
        expect(&world.outsider.caller, of_other, "another tenant's administrator");

        let any_key = who == "person-or-key";
        let by_scope = if scope.is_some() || any_key { Allowed } else { Forbidden };
        expect(&everything.caller, by_scope, "a key with every scope");
        expect(&here.caller, by_scope, "a key of this project");
        let not_here = match in_tenancy {
            true => NotFound,
            false if any_key => Allowed,
            false => Forbidden,
        };
        expect(&elsewhere.caller, not_here, "a key of another project");
        expect(&foreign.caller, not_here, "another tenant's key");
        for (missing, key) in &without {
            let in_scope = any_key || (scope.is_some() && scope != Some(*missing));
            let expected = if in_scope { Allowed } else { Forbidden };
            expect(&key.caller, expected, &format!("a key without {}", missing.as_str()));
        }

        let as_node = if who == "node" { Allowed } else { Forbidden };
        expect(&world.node.1.caller, as_node, "the node");
        let as_other_node = if who == "node" { NotFound } else { Forbidden };
        expect(&world.other_node.1.caller, as_other_node, "another node");
    }
}

#[tokio::test]
async fn a_revoked_credential_is_refused_even_where_it_was_authenticated_before() {
    let world = World::new().await.unwrap();
    let kit = &world.kit;
    let key = kit.key(&world.admin, &[WireScope::NodesRead], None).await.unwrap();
    kit.app.node_stats(&key.again(), PROJECT).await.unwrap();
    let crate::caller::Identity::ApiKey(row) = &key.caller.identity else { panic!() };
    kit.app.revoke_api_key(&world.admin.again(), row.id).await.unwrap();
    let refused = kit.app.node_stats(&key.again(), PROJECT).await.unwrap_err();
    assert!(matches!(refused, AppError::Unauthenticated(_)), "{refused:?}");

    kit.app.delete_session(&world.reader.again()).await.unwrap();
    let refused = kit.app.node_stats(&world.reader.again(), PROJECT).await.unwrap_err();
    assert!(matches!(refused, AppError::Unauthenticated(_)), "{refused:?}");

    kit.app.delete_node(&world.operator.again(), PROJECT, world.node.0).await.unwrap();
    let refused = kit.app.node_token(&world.node.1.again(), world.node.0).await.unwrap_err();
    assert!(matches!(refused, AppError::Unauthenticated(_)), "{refused:?}");
}
