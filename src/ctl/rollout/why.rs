//! Why a node is, or is not, on a generation.

use sentinel_api_types::why::{NodeWhy, WhyFinding};

use crate::ctl::output::Table;
use crate::ctl::words::at;

/// The answer: the findings, the most decisive first, then the facts that they are made of.
pub fn answer(why: &NodeWhy) -> Table {
    let node = &why.node;
    let mut table = Table::facts();
    table.fact("Node", node.name.clone());
    for (index, finding) in why.findings.iter().enumerate() {
        table.fact(if index == 0 { "Because" } else { "And" }, words(finding));
        table.fact("  do", finding.next.clone());
    }
    for (name, fact) in
        [("Offered", &node.offered), ("Accepted", &node.accepted), ("Effective", &node.effective)]
    {
        table.fact(
            name,
            fact.as_ref().map(|fact| {
                let version = fact.version.as_deref().unwrap_or("a bundle that is gone");
                format!("generation {} ({version}), {}", fact.generation, at(fact.at))
            }),
        );
    }
    table
}

fn words(finding: &WhyFinding) -> String {
    match finding.since {
        Some(since) => format!("{} (since {})", finding.text, at(since)),
        None => finding.text.clone(),
    }
}
