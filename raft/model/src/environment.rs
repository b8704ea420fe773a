//! Environments: the places that a bundle passes one after the other, such as development, staging, production.

use serde::{Deserialize, Serialize};

use crate::governance::{ApprovalRule, check_rules};
use crate::name::{check_name, check_slug, check_text};
use crate::project::CatchUp;
use crate::{EnvironmentId, InvalidValue, ProjectId, Time};

/// Most environments of one project.
pub const ENVIRONMENTS_MAX: usize = 20;
/// Longest name, in characters.
pub const NAME_MAX: usize = 50;
/// Longest slug, in characters.
pub const SLUG_MAX: usize = 30;
/// The colour of one about which nothing is said.
pub const COLOR_DEFAULT: &str = "#6366f1";
/// Name, slug and colour of those that most projects want, in their order.
pub const DEFAULTS: [(&str, &str, &str); 3] =
    [("Development", "dev", "#22c55e"), ("Staging", "staging", "#eab308"), ("Production", "prod", "#ef4444")];

/// A part of a project's fleet with a place in the order in which bundles go through it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Identity.
    pub id: EnvironmentId,
    /// The project.
    pub project_id: ProjectId,
    /// Display name.
    pub name: String,
    /// Unique in the project; fixed at creation.
    pub slug: String,
    /// What it is for.
    pub description: String,
    /// As `#rrggbb`.
    pub color: String,
    /// Its place in the order, from zero, without gaps.
    pub ordinal: u32,
    /// Who must agree to rollouts that have nodes in it, beside the rules of the project.
    pub approval_rules: Vec<ApprovalRule>,
    /// Who made it, as the audit log names them.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// Nodes that joined it while a bundle was carried to the others, and that a freeze keeps waiting for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catch_up: Option<CatchUp>,
}

impl Environment {
    /// Checks every field; the first refusal names it.
    pub fn check(&self) -> Result<(), InvalidValue> {
        check_name("name", &self.name)?;
        if self.name.chars().count() > NAME_MAX {
            return Err(InvalidValue::new("name", format!("must have at most {NAME_MAX} characters")));
        }
        check_slug("slug", &self.slug)?;
        if self.slug.len() > SLUG_MAX {
            return Err(InvalidValue::new("slug", format!("must have at most {SLUG_MAX} characters")));
        }
        check_text("description", &self.description)?;
        let hex = self.color.strip_prefix('#').filter(|hex| hex.len() == 6);
        if !hex.is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            return Err(InvalidValue::new(
                "color",
                "must be six hexadecimal digits behind '#', such as '#22c55e'",
            ));
        }
        check_rules(&self.approval_rules)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use uuid::Uuid;

    use super::*;

    fn environment() -> Environment {
        let (name, slug, color) = DEFAULTS[1];
        Environment {
            id: EnvironmentId(Uuid::from_u128(1)),
            project_id: ProjectId(Uuid::from_u128(2)),
            name: name.into(),
            slug: slug.into(),
            description: String::new(),
            color: color.into(),
            ordinal: 0,
            approval_rules: Vec::new(),
            created_by: "ada@example.com".into(),
            created_at: Time(0),
            catch_up: None,
        }
    }

    #[test]
    fn the_usual_ones_are_legal_and_have_slugs_of_their_own() {
        for (name, slug, color) in DEFAULTS {
            let one =
                Environment { name: name.into(), slug: slug.into(), color: color.into(), ..environment() };
            one.check().unwrap();
        }
        assert_eq!(DEFAULTS.map(|(_, slug, _)| slug), ["dev", "staging", "prod"]);
    }

    #[test]
    fn a_refusal_names_the_field() {
        let field = |one: Environment| one.check().unwrap_err().field;
        assert_eq!(field(Environment { name: "n".repeat(51), ..environment() }), "name");
        assert_eq!(field(Environment { slug: "s".repeat(31), ..environment() }), "slug");
        assert_eq!(field(Environment { slug: String::new(), ..environment() }), "slug");
        for color in ["", "red", "#fff", "#gggggg", "22c55e1", "#22c55e0"] {
            assert_eq!(field(Environment { color: color.into(), ..environment() }), "color", "{color}");
        }
        let none = ApprovalRule { risk_at_least: None, approvals: 0 };
        assert_eq!(field(Environment { approval_rules: vec![none], ..environment() }), "approval_rules");
    }
}
