//! How much of a document is looked at: what many paths refer to counts for each of them.

/// Most things that are looked at.
pub const VISITS_MAX: usize = 1 << 20;
/// Bytes of a text that are as much as one thing.
const BYTES: usize = 8;

/// What may still be looked at.
#[derive(Debug)]
pub(super) struct Visits(usize);

impl Default for Visits {
    fn default() -> Self {
        Self(VISITS_MAX)
    }
}

impl Visits {
    /// So many things.
    ///
    /// # Errors
    /// It was too much, continuing a sentence that begins with the document.
    pub fn take(&mut self, count: usize) -> Result<(), String> {
        self.0 = self.0.checked_sub(count).ok_or_else(|| {
            format!(
                "has its paths refer to so much that there would be more than {VISITS_MAX} things to look at"
            )
        })?;
        Ok(())
    }

    /// A text that is read from its beginning to its end.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn text(&mut self, text: &str) -> Result<(), String> {
        self.take(1 + text.len() / BYTES)
    }
}
