//! The sequential test: evidence against "the canary's ratio is at most that of the others plus a margin".
//!
//! A look brings a block: of `n₀` requests of the other nodes `x₀` were hits (errors, or slow answers), of `n₁` requests of the
//! canary `x₁`. For an assumed pair of ratios `θ₁ > θ₀ + δ` the block is worth
//!
//! ```text
//! e = Π pθ₀(x₀) · pθ₁(x₁)  /  Π pτ(x₀) · pτ₊δ(x₁)        τ = argmin  n₀·KL(θ₀‖τ) + n₁·KL(θ₁‖τ+δ)
//! ```
//!
//! with the Bernoulli likelihood `p`. This is the e-variable for two samples of Turner, Ly and Grünwald, *Generic E-variables for
//! exact sequential k-sample tests that allow for optional stopping* (Journal of Statistical Planning and Inference 230, 2024;
//! arXiv 2106.02693), with the one-sided null hypothesis that is shifted by `δ`. Its expectation is at most 1 for every pair of
//! true ratios that the hypothesis allows: for true ratios `t` and `t + δ` it is a product of `n₀` factors
//! `1 + (t − τ)(θ₀ − τ)/τ(1 − τ)` and `n₁` factors `1 + (t − τ)(θ₁ − τ − δ)/(τ + δ)(1 − τ − δ)`, whose arithmetic mean is 1 because `τ` is a minimum, so
//! their product is at most 1 (AM–GM); and it only falls when the canary is better than that, since `θ₀ ≤ τ` and `θ₁ ≥ τ + δ`.
//!
//! The assumed ratios of a block are chosen before it is seen: `θ₀` from earlier blocks of the other nodes, `θ₁` some rise above
//! it. So the products over blocks are test martingales (nothing is assumed of how the ratio changes from block to block, only that
//! both groups share it within one), and so is their mixture over several rises and over the block at which the rise begins:
//!
//! ```text
//! Sₖ ← (Sₖ + 1/t(t+1)) · eₖ        E = mean(Sₖ) + 1/(t+1)         at the t-th block
//! ```
//!
//! By Ville's inequality `E` ever reaches `1/α` with probability at most `α` when the canary is no worse, however often and whenever
//! somebody looks (Shafer, *Testing by betting*, JRSS A 184, 2021). The second term keeps a rise findable that begins late, at a price that
//! grows with the logarithm of the looks.
//!
//! A block counts for at most `√(1/α)`, which only makes it less, so no evidence of fewer than three blocks is enough. Nodes
//! report at moments of their own, and what happens near the end of a block is in it for some of them only: an outage that hits all
//! alike looks like a difference there, in one block for the canary and in the next one against it.
//!
//! What it takes for granted: within a block requests fail independently of each other. A node that is broken for another reason
//! than the bundle is such a dependence; nodes are spread over labels to make that rare, and it errs towards going back.

use sentinel_model::canary::Evidence;

/// The rises above the margin that are looked for, as shares.
pub const RISES: [f64; 6] = [0.003, 0.01, 0.03, 0.1, 0.3, 0.9];
/// The ratio of the other nodes must be known from so many requests before a block counts.
pub(crate) const KNOWN_FROM: f64 = 200.0;
/// What is known from more than this fades.
const FADES_FROM: f64 = 2_000.0;
/// By which factor, with every block.
const FADES_BY: f64 = 0.9;
/// Ratios are kept off 0 and 1 by this.
const EDGE: f64 = 1e-9;
/// Evidence for a rise is never less than this, in logarithms, so that it stays a number.
const LEAST: f64 = -1e9;

/// One look: trials and hits of both groups over the same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trials {
    /// Requests of nodes without the new bundle.
    pub control: u64,
    /// Of these, hits.
    pub control_hits: u64,
    /// Requests of nodes with it.
    pub canary: u64,
    /// Of these, hits.
    pub canary_hits: u64,
}

/// The evidence after one more look. `margin` is a share, 0.01 for one percentage point; `enough` the logarithm of the evidence that
/// decides.
pub fn look(before: &Evidence, trials: Trials, margin: f64, enough: f64) -> Evidence {
    let mut after = before.clone();
    let (known, hits) = before.recent;
    after.newest = 0.0;
    if known >= KNOWN_FROM && trials.canary > 0 && trials.control > 0 {
        after.looks += 1;
        after.logs.resize(RISES.len(), f64::NEG_INFINITY);
        let begins = -(after.looks as f64).ln() - (after.looks as f64 + 1.0).ln();
        let control = (hits + 0.5) / (known + 1.0);
        let mut alone = f64::NEG_INFINITY;
        for (log, rise) in after.logs.iter_mut().zip(RISES) {
            let worth = block(trials, control, rise, margin);
            alone = log_sum(alone, worth);
            *log = (log_sum(*log, begins) + worth.min(enough / 2.0)).max(LEAST);
        }
        after.newest = (alone - (RISES.len() as f64).ln()).max(LEAST);
    }
    let fade = if known > FADES_FROM { FADES_BY } else { 1.0 };
    after.recent = (known * fade + trials.control as f64, hits * fade + trials.control_hits as f64);
    after
}

/// The natural logarithm of the evidence: 0 is none, `ln(1/α)` enough for a probability of error of `α`.
pub fn log_value(evidence: &Evidence) -> f64 {
    let waits = -(evidence.looks as f64 + 1.0).ln();
    let share = (RISES.len() as f64).ln();
    evidence.logs.iter().fold(waits, |sum, log| log_sum(sum, log - share))
}

/// The logarithm of what one block is worth.
fn block(trials: Trials, control: f64, rise: f64, margin: f64) -> f64 {
    let control = control.clamp(EDGE, 1.0 - EDGE);
    let canary = (control + margin + rise).min(1.0 - EDGE);
    if canary <= control + margin {
        return 0.0;
    }
    let null = nearest(trials.control as f64, control, trials.canary as f64, canary, margin);
    likelihood(trials.control, trials.control_hits, control, null)
        + likelihood(trials.canary, trials.canary_hits, canary, null + margin)
}

fn likelihood(trials: u64, hits: u64, assumed: f64, null: f64) -> f64 {
    let (hits, misses) = (hits as f64, trials.saturating_sub(hits) as f64);
    hits * (assumed / null).ln() + misses * ((1.0 - assumed) / (1.0 - null)).ln()
}

/// `τ`: where the slope of the divergence is zero. It is a convex function, so there is one such place.
fn nearest(n_control: f64, control: f64, n_canary: f64, canary: f64, margin: f64) -> f64 {
    let slope = |at: f64| {
        let other = at + margin;
        n_control * (at - control) / (at * (1.0 - at)) + n_canary * (other - canary) / (other * (1.0 - other))
    };
    // It lies between the two: left of both the slope is negative, right of both positive.
    let (mut low, mut high) = (control, canary - margin);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if slope(middle) < 0.0 { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// `ln(exp(a) + exp(b))`.
fn log_sum(a: f64, b: f64) -> f64 {
    let (more, less) = if a > b { (a, b) } else { (b, a) };
    if less == f64::NEG_INFINITY { more } else { more + (less - more).exp().ln_1p() }
}

#[cfg(test)]
mod tests;
