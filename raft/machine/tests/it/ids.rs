//! Fixed identities.

use sentinel_model::{
    ApiKeyId, BundleId, CertificateId, ClusterId, ConfigObjectId, DriftEventId, EnrolmentTokenId,
    EnvironmentId, FreezeWindowId, InternalCaId, JoinTokenId, NodeGroupId, NodeId, OrgId, ProjectId,
    PromotionRuleId, RolloutId, RolloutTemplateId, SecretId, SessionId, Sha256Digest, UserId,
};
use uuid::Uuid;

pub const CLUSTER: ClusterId = ClusterId(Uuid::from_u128(0xc1));
pub const ACME: OrgId = OrgId(Uuid::from_u128(0x01));
pub const GLOBEX: OrgId = OrgId(Uuid::from_u128(0x02));
pub const ADA: UserId = UserId(Uuid::from_u128(0x11));
pub const BOB: UserId = UserId(Uuid::from_u128(0x12));
/// Acme's.
pub const SHOP: ProjectId = ProjectId(Uuid::from_u128(0x21));
/// Globex's.
pub const LAB: ProjectId = ProjectId(Uuid::from_u128(0x22));
/// Acme's API key.
pub const KEY: ApiKeyId = ApiKeyId(Uuid::from_u128(0x31));
pub const SESSION: SessionId = SessionId(Uuid::from_u128(0x41));
/// Enrols into the shop.
pub const TOKEN: EnrolmentTokenId = EnrolmentTokenId(Uuid::from_u128(0x51));
/// Enrols into the lab.
pub const LAB_TOKEN: EnrolmentTokenId = EnrolmentTokenId(Uuid::from_u128(0x52));
/// Members join with it.
pub const JOIN: JoinTokenId = JoinTokenId(Uuid::from_u128(0x55));
pub const OLD: BundleId = BundleId(Uuid::from_u128(0x61));
pub const NEW: BundleId = BundleId(Uuid::from_u128(0x62));
/// A bundle of the shop between the two, where a test needs one.
pub const BETWEEN: BundleId = BundleId(Uuid::from_u128(0x64));
/// The lab's bundle.
pub const FOREIGN: BundleId = BundleId(Uuid::from_u128(0x63));
/// The lab's node.
pub const STRANGER: NodeId = NodeId(Uuid::from_u128(0x7f));
pub const ROLLOUT: RolloutId = RolloutId(Uuid::from_u128(0x81));
pub const SECOND: RolloutId = RolloutId(Uuid::from_u128(0x82));
pub const GROUP: NodeGroupId = NodeGroupId(Uuid::from_u128(0x95));
pub const WINDOW: FreezeWindowId = FreezeWindowId(Uuid::from_u128(0x91));
/// Environments of the shop, in their order.
pub const DEV: EnvironmentId = EnvironmentId(Uuid::from_u128(0xa1));
pub const STAGING: EnvironmentId = EnvironmentId(Uuid::from_u128(0xa2));
pub const PROD: EnvironmentId = EnvironmentId(Uuid::from_u128(0xa3));
pub const TEMPLATE: RolloutTemplateId = RolloutTemplateId(Uuid::from_u128(0xa9));
pub const RULE: PromotionRuleId = PromotionRuleId(Uuid::from_u128(0xa8));
pub const DRIFT: DriftEventId = DriftEventId(Uuid::from_u128(0xa1));
pub const SECRET: SecretId = SecretId(Uuid::from_u128(0xb1));
pub const CERTIFICATE: CertificateId = CertificateId(Uuid::from_u128(0xb2));
pub const INTERNAL_CA: InternalCaId = InternalCaId(Uuid::from_u128(0xb3));
/// Objects of the shop's configuration, from 1.
pub const fn object(number: u16) -> ConfigObjectId {
    ConfigObjectId(Uuid::from_u128(0xc000 + number as u128))
}

/// Nothing has this id.
pub const NOBODY: Uuid = Uuid::from_u128(0xdead);

/// Edge nodes of the shop, from 1.
pub const fn edge(number: u8) -> NodeId {
    NodeId(Uuid::from_u128(0x70 + number as u128))
}

pub const fn digest(byte: u8) -> Sha256Digest {
    Sha256Digest([byte; 32])
}
