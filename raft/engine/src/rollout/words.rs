//! How decisions put things into words, within bounds.

use sentinel_model::node::Node;

/// Longest reason, in characters.
pub(super) const REASON_MAX: usize = 500;
/// Most things that a reason names.
const NAMED_MAX: usize = 5;
/// Longest part of a proxy's own message in a reason, in characters.
const MESSAGE_MAX: usize = 200;

/// `kind: first, second and 3 more`, cut to what a reason may have.
pub(super) fn reason(kind: &str, details: &[String]) -> String {
    let mut text =
        format!("{kind}: {}", details.iter().take(NAMED_MAX).cloned().collect::<Vec<_>>().join(", "));
    if details.len() > NAMED_MAX {
        text.push_str(&format!(" and {} more", details.len() - NAMED_MAX));
    }
    cut(&text, REASON_MAX)
}

/// `1 node` or `3 nodes`.
pub(super) fn nodes(count: usize) -> String {
    format!("{count} node{}", if count == 1 { "" } else { "s" })
}

/// Why the node's newest assignment failed, in the proxy's own words.
pub(super) fn failure(node: &Node) -> String {
    match &node.failure {
        Some(failure) => {
            format!(
                "{} failed at {}: {}",
                node.name,
                failure.stage.as_str(),
                cut(&failure.message, MESSAGE_MAX)
            )
        }
        None => format!("{} failed", node.name),
    }
}

/// As much of the text as a reason may have.
pub(super) fn bounded(text: &str) -> String {
    cut(text, REASON_MAX)
}

fn cut(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((at, _)) => text[..at].to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_a_few_and_counts_the_rest() {
        let many: Vec<String> = (1..=7).map(|number| format!("edge-{number}")).collect();
        assert_eq!(reason("offline", &many), "offline: edge-1, edge-2, edge-3, edge-4, edge-5 and 2 more");
        assert_eq!(reason("offline", &many[..1]), "offline: edge-1");
    }

    #[test]
    fn a_reason_is_cut_between_characters() {
        let text = reason("said", &["é".repeat(2_000)]);
        assert_eq!(text.chars().count(), REASON_MAX);
    }
}
