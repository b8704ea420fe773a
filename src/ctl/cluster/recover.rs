//! Out of a lost quorum.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use clap::Args;
use sentinel_model::{ClusterId, Epoch};
use serde::Serialize;

use crate::ctl::options::Options;
use crate::ctl::output::{Output, Table};
use crate::ctl::terminal;
use crate::ctl::words::id;
use crate::server::recover::{Remains, Survivor};

/// What `cluster recover` takes.
#[derive(Args, Debug)]
pub struct RecoverArgs {
    /// Directory of a member that is left. It must not run
    #[arg(long, env = "SENTINEL_CP_DATA_DIR", default_value = "./sentinel-cp-data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Only say what this member has, for `--compare` at another
    #[arg(long)]
    inspect: bool,
    /// What `--inspect -o json` said at another member that is left; can be given several times
    #[arg(long, value_name = "FILE")]
    compare: Vec<PathBuf>,
    /// Do not ask; needs --cluster-id
    #[arg(long, requires = "cluster_id")]
    yes: bool,
    /// Id of the cluster, typed by hand or known to the script: so that nobody recovers another one by mistake
    #[arg(long, value_name = "ID", value_parser = id::<ClusterId>)]
    cluster_id: Option<ClusterId>,
}

/// What was done.
#[derive(Serialize)]
struct Recovered {
    member: Remains,
    begins_epoch: Epoch,
}

/// Carries it out.
pub async fn run(args: RecoverArgs, options: &Options) -> anyhow::Result<ExitCode> {
    let output = options.output;
    tokio::task::spawn_blocking(move || recover(&args, output)).await??;
    Ok(ExitCode::SUCCESS)
}

fn recover(args: &RecoverArgs, output: Output) -> anyhow::Result<()> {
    let survivor = Survivor::open(&args.data_dir)?;
    let remains = survivor.remains.clone();
    if args.inspect {
        return output.print(&remains, table);
    }
    refuse_the_older(&remains, &args.compare)?;
    if output == Output::Table {
        output.print(&remains, warned)?;
    }
    let wanted = remains.cluster_id;
    let given = match (args.cluster_id, args.yes) {
        (Some(given), true) => given,
        (given, _) => {
            let typed =
                terminal::line("id of the cluster, to go on with this member alone", "--yes --cluster-id")?;
            let typed = typed.trim().parse().context("this is no id of a cluster")?;
            ensure!(given.is_none_or(|given| given == typed), "that is not the id given with --cluster-id");
            typed
        }
    };
    ensure!(
        given == wanted,
        "{} belongs to the cluster {wanted}, not to {given}; nothing was done",
        args.data_dir.display()
    );
    let begins_epoch = survivor.go_on_alone()?;
    output.print(&Recovered { member: remains, begins_epoch }, done)
}

/// Of several members that are left, the one that has most goes on.
fn refuse_the_older(here: &Remains, others: &[PathBuf]) -> anyhow::Result<()> {
    for path in others {
        let other = other(path)?;
        ensure!(
            other.cluster_id == here.cluster_id,
            "{}: that member is of the cluster {}, this one of {}",
            path.display(),
            other.cluster_id,
            here.cluster_id
        );
        if other.newness() > here.newness() {
            bail!(
                "member {} has more than this one ({}, here {}): recover that one instead",
                other.member_id,
                newest(&other),
                newest(here)
            );
        }
    }
    Ok(())
}

/// What decides which one has most, in the order in which it counts.
fn newest(remains: &Remains) -> String {
    format!("epoch {} term {} index {}", remains.epoch, remains.last_term, remains.last_index)
}

fn other(path: &Path) -> anyhow::Result<Remains> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text)
        .with_context(|| format!("{} is not what `cluster recover --inspect -o json` says", path.display()))
}

fn table(remains: &Remains) -> Table {
    let mut table = Table::facts();
    table.fact("Member", remains.member_id.to_string());
    table.fact("Cluster", remains.cluster_id.to_string());
    table.fact("Epoch", remains.epoch.to_string());
    table.fact("Newest entry", format!("term {} index {}", remains.last_term, remains.last_index));
    table.fact("Committed", format!("up to {}, as far as it knows", remains.committed));
    let voters: Vec<String> = remains.voters.iter().map(ToString::to_string).collect();
    table.fact("Voters", voters.join(", "));
    table
}

fn warned(remains: &Remains) -> Table {
    let mut table = table(remains);
    table.note("");
    table.note("This is for when a majority is lost for ever. If enough of the others can be started again, start them instead.");
    table.note(format!(
        "What may be lost: writes behind index {} that the cluster acknowledged. They are on the lost members, if anywhere.",
        remains.last_index
    ));
    table.note("What changes: this member is the cluster. Everybody else is taken out for ever, join tokens are revoked, running");
    table.note("rollouts are held, and nodes prove anew what they run, in a new epoch.");
    table.note("If other members are left, run `cluster recover --inspect -o json` at each, and give the answers with --compare.");
    table.note("Destroy the disks of those that are lost: two of them together would think that they are the cluster still.");
    table
}

fn done(recovered: &Recovered) -> Table {
    let mut table = Table::facts();
    let dir = recovered.member.data_dir.display();
    table.note(format!(
        "Member {} is alone now. Start it as before: sentinel-cp server --data-dir {dir}",
        recovered.member.member_id
    ));
    table.note(format!("It begins epoch {} and takes writes then.", recovered.begins_epoch));
    table.note("Let new members join: sentinel-cp cluster token create");
    table
}
