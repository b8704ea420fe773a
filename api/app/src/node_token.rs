//! Node tokens: short-lived EdDSA JWTs that a node gets in exchange for its key, signed with its org's key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::EncodePrivateKey;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use sentinel_api_types::Secret;
use sentinel_model::{NodeId, OrgId, ProjectId, Time};
use serde::{Deserialize, Serialize};

use crate::error::AppError;

/// Life of a token, in seconds.
pub const LIFE_S: u64 = 43_200;
/// Clocks of members may differ by this much, in seconds.
const LEEWAY_S: u64 = 30;
const ISSUER: &str = "sentinel-cp";
const AUDIENCE: &str = "node";
/// Longest token accepted, in characters.
const LONGEST: usize = 2_048;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The node.
    pub sub: NodeId,
    /// Its project.
    pub prj: ProjectId,
    /// The project's org.
    pub org: OrgId,
    /// When it was made, in seconds since 1970.
    pub iat: u64,
    /// No use after this second.
    pub exp: u64,
    /// Always this product.
    pub iss: String,
    /// Always a node.
    pub aud: String,
}

/// What a token says before anybody has verified it: enough to find the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unverified {
    /// Name of the key.
    pub key_id: String,
    /// The project that it claims.
    pub project: ProjectId,
}

fn refused() -> AppError {
    AppError::Unauthenticated("the node token is not valid; exchange the node key for a new one".into())
}

/// Makes a token for a node.
pub fn issue(
    seed: &[u8; 32],
    key_id: &str,
    (node, project, org): (NodeId, ProjectId, OrgId),
    now: Time,
) -> Result<(Secret, Time), AppError> {
    let iat = seconds(now);
    let exp = iat + LIFE_S;
    let claims = Claims { sub: node, prj: project, org, iat, exp, iss: ISSUER.into(), aud: AUDIENCE.into() };
    let mut header = Header::new(Algorithm::EdDSA);
    header.kid = Some(key_id.to_owned());
    let key = SigningKey::from_bytes(seed).to_pkcs8_der().map_err(AppError::internal)?;
    let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_der(key.as_bytes()))
        .map_err(AppError::internal)?;
    Ok((Secret::new(token), Time(i64::try_from(exp).unwrap_or(i64::MAX / 1_000) * 1_000)))
}

/// Reads which key a token names. Nothing in it may be believed yet.
pub fn peek(token: &str) -> Result<Unverified, AppError> {
    if token.len() > LONGEST {
        return Err(refused());
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| refused())?;
    if header.alg != Algorithm::EdDSA {
        return Err(refused());
    }
    let claims: Claims = jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| refused())?;
    Ok(Unverified { key_id: header.kid.ok_or_else(refused)?, project: claims.prj })
}

/// Verifies a token with the public key of the org that owns the project it names.
pub fn verify(token: &str, public_key: &[u8; 32], org: OrgId, now: Time) -> Result<Claims, AppError> {
    let key =
        DecodingKey::from_ed_components(&URL_SAFE_NO_PAD.encode(public_key)).map_err(AppError::internal)?;
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // The times are judged below, by the same clock as everything else.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| refused())?.claims;
    let now = seconds(now);
    if claims.org != org || claims.exp + LEEWAY_S <= now || claims.iat > now + LEEWAY_S {
        return Err(refused());
    }
    Ok(claims)
}

/// Signs and verifies one token, so that a build without a working provider fails at the start and not at the first node.
pub fn self_test() -> Result<(), AppError> {
    let (seed, now) = ([7; 32], Time(1_000_000_000_000));
    let node = (NodeId::from(uuid::Uuid::from_u128(1)), ProjectId::from(uuid::Uuid::from_u128(2)));
    let org = OrgId::from(uuid::Uuid::from_u128(3));
    let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
    let (token, _) = issue(&seed, "self-test", (node.0, node.1, org), now)?;
    let claims = verify(token.expose(), &public, org, now)?;
    if claims.sub == node.0 && peek(token.expose())?.key_id == "self-test" {
        Ok(())
    } else {
        Err(AppError::internal("a node token does not say what was put into it"))
    }
}

fn seconds(time: Time) -> u64 {
    time.since(Time(0)) / 1_000
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    const SEED: [u8; 32] = [5; 32];
    const NOW: Time = Time(1_700_000_000_000);

    fn org() -> OrgId {
        OrgId(Uuid::from_u128(3))
    }

    fn public() -> [u8; 32] {
        SigningKey::from_bytes(&SEED).verifying_key().to_bytes()
    }

    fn token() -> String {
        let node = (NodeId(Uuid::from_u128(1)), ProjectId(Uuid::from_u128(2)), org());
        issue(&SEED, "sk_x", node, NOW).unwrap().0.expose().to_owned()
    }

    #[test]
    fn a_token_is_good_for_twelve_hours_under_its_orgs_key() {
        let token = token();
        assert_eq!(peek(&token).unwrap().key_id, "sk_x");
        assert_eq!(verify(&token, &public(), org(), NOW).unwrap().sub, NodeId(Uuid::from_u128(1)));
        assert!(verify(&token, &public(), org(), NOW.plus_ms(43_199_000)).is_ok());
        assert!(verify(&token, &public(), org(), NOW.plus_ms(43_231_000)).is_err(), "expired");
        assert!(verify(&token, &public(), org(), Time(NOW.0 - 60_000)).is_err(), "from the future");
        assert!(verify(&token, &public(), OrgId(Uuid::from_u128(4)), NOW).is_err(), "another org");
        let other = SigningKey::from_bytes(&[6; 32]).verifying_key().to_bytes();
        assert!(verify(&token, &other, org(), NOW).is_err(), "another key");
    }

    #[test]
    fn other_algorithms_and_altered_tokens_are_refused() {
        let token = token();
        let parts: Vec<&str> = token.split('.').collect();
        let header = |json: &str| URL_SAFE_NO_PAD.encode(json);
        for alg in [r#"{"alg":"none","kid":"sk_x"}"#, r#"{"alg":"HS256","kid":"sk_x"}"#] {
            let forged = format!("{}.{}.{}", header(alg), parts[1], parts[2]);
            assert!(peek(&forged).is_err() && verify(&forged, &public(), org(), NOW).is_err(), "{alg}");
        }
        // The public key as an HMAC secret: the classic confusion.
        let mut hs = Header::new(Algorithm::HS256);
        hs.kid = Some("sk_x".into());
        let claims: Claims = jsonwebtoken::dangerous::insecure_decode_claims(&token).unwrap();
        let confused = jsonwebtoken::encode(&hs, &claims, &EncodingKey::from_secret(&public())).unwrap();
        assert!(verify(&confused, &public(), org(), NOW).is_err());
        let later = Claims { exp: claims.exp + 1, ..claims };
        let altered = header(&serde_json::to_string(&later).unwrap());
        assert!(verify(&format!("{}.{altered}.{}", parts[0], parts[2]), &public(), org(), NOW).is_err());
        for wrong in ["", "a.b", "a.b.c", &"x".repeat(3_000)] {
            assert!(peek(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_self_test_passes_with_the_provider_of_this_build() {
        self_test().unwrap();
    }
}
