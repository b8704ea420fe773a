//! Runs stages one after the other, and tells how it went.

use std::time::{Duration, Instant};

use anyhow::Context;

use crate::stage::Stage;

/// Runs the named stages, or all of a full run when none is named.
pub fn run(only: &[Stage]) -> anyhow::Result<()> {
    let stages = if only.is_empty() { Stage::FULL.to_vec() } else { only.to_vec() };
    let mut passed = Vec::new();
    let began = Instant::now();
    for (index, stage) in stages.iter().enumerate() {
        println!("\n=== {} ({} of {}) ===", stage.name(), index + 1, stages.len());
        let stage_began = Instant::now();
        let outcome = stage.run();
        let took = stage_began.elapsed();
        if let Err(error) = outcome {
            summary(&passed, Some((*stage, took)), &stages[index + 1..], began.elapsed());
            println!("to repeat it alone: cargo xtask test --only {}", stage.name());
            return Err(error).with_context(|| format!("stage `{}`", stage.name()));
        }
        println!("=== {} passed in {} ===", stage.name(), seconds(took));
        passed.push((*stage, took));
    }
    summary(&passed, None, &[], began.elapsed());
    Ok(())
}

fn summary(passed: &[(Stage, Duration)], failed: Option<(Stage, Duration)>, left: &[Stage], total: Duration) {
    println!("\n=== summary ===");
    for (stage, took) in passed {
        println!("{:>10}  passed  {}", seconds(*took), stage.name());
    }
    if let Some((stage, took)) = failed {
        println!("{:>10}  FAILED  {}", seconds(took), stage.name());
    }
    for stage in left {
        println!("{:>10}  not run {}", "", stage.name());
    }
    println!("{:>10}  in all", seconds(total));
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}
