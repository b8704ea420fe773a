//! Suggestions for misspelt words.

/// Longest word that is compared at all, in bytes; comparing is quadratic.
const MAX_COMPARED: usize = 48;

/// The candidate that was most likely meant, if one is near enough to be worth naming.
pub(crate) fn nearest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > MAX_COMPARED {
        return None;
    }
    let word = word.to_ascii_lowercase().replace('-', "_");
    let budget = (word.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, &candidate.replace('-', "_")), candidate))
        .filter(|(distance, _)| *distance <= budget)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance over bytes, with one row.
fn distance(a: &str, b: &str) -> usize {
    let b = b.as_bytes();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let cost = (diagonal + usize::from(left != *right)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}

/// Cuts a text for use in a message.
pub(crate) fn shown(text: &str) -> String {
    const MAX_SHOWN: usize = 60;
    if text.chars().count() <= MAX_SHOWN {
        return text.escape_debug().to_string();
    }
    let cut: String = text.chars().take(MAX_SHOWN).collect();
    format!("{}…", cut.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested_and_far_ones_are_not() {
        let words = ["round_robin", "path-prefix", "upstream"];
        assert_eq!(nearest("round-robin", words), Some("round_robin"));
        assert_eq!(nearest("path_prefx", words), Some("path-prefix"));
        assert_eq!(nearest("upstraem", words), Some("upstream"));
        assert_eq!(nearest("zebra", words), None);
        assert_eq!(nearest(&"u".repeat(500), words), None);
    }

    #[test]
    fn the_distance_counts_edits() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("same", "same"), 0);
    }
}
