//! The command line: one file per noun, through the public API and nothing else.
//!
//! Each noun takes the options of [`options::Options`]; the other roles of the binary do not, so they stand here and not at the
//! top. Answers go to standard output, everything else to standard error. [`failure`] has the exit codes.

mod audit;
mod bundle;
mod ca;
mod certificate;
mod cluster;
mod config;
mod connection;
mod context;
mod doctor;
mod drift;
mod environment;
mod failure;
mod freeze;
mod group;
mod key;
mod logins;
mod members;
mod node;
mod options;
mod org;
mod output;
mod paging;
mod problems;
mod project;
mod rollout;
mod secret;
mod session;
mod simulator;
mod source;
mod template;
mod terminal;
#[cfg(test)]
mod tests;
mod token;
mod words;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Args, Subcommand};

use connection::Connection;
use failure::Asked;
use options::Options;

/// A noun: what can be done with it, and the options of every such command.
#[derive(Args, Debug)]
pub struct Noun<C: Subcommand> {
    #[command(flatten)]
    options: Options,
    #[command(subcommand)]
    command: C,
}

/// What can be done from the command line.
#[derive(Subcommand, Debug)]
pub enum CtlCommand {
    Login(session::LoginArgs),
    Logout(session::LogoutArgs),
    Whoami(session::WhoamiArgs),
    Passwd(session::PasswdArgs),
    Doctor(doctor::DoctorArgs),
    /// Stored logins, when there are several
    Context(Noun<context::ContextCommand>),
    /// Orgs and their people
    Org(Noun<org::OrgCommand>),
    /// Projects: where bundles, nodes and rollouts live
    Project(Noun<project::ProjectCommand>),
    /// API keys: credentials for programs
    Key(Noun<key::KeyCommand>),
    /// Enrolment tokens: with them nodes join a project
    Token(Noun<token::TokenCommand>),
    /// Bundles: compiled, signed configurations
    Bundle(Noun<bundle::BundleCommand>),
    /// The configuration of a project: services and everything that they name, as a file
    Config(Noun<config::ConfigCommand>),
    /// Secrets: values that the configuration names and that nothing shows
    Secret(Noun<secret::SecretCommand>),
    /// Certificates: what listeners show to clients
    #[command(visible_alias = "cert")]
    Certificate(Noun<certificate::CertificateCommand>),
    /// The internal CA of a project: certificates of clients
    Ca(Noun<ca::CaCommand>),
    /// Nodes: managed proxies
    Node(Noun<node::NodeCommand>),
    /// Groups of nodes: named, or by a rule on labels
    Group(Noun<group::GroupCommand>),
    /// Templates of rollouts: how rollouts go, kept under a name
    Template(Noun<template::TemplateCommand>),
    /// The simulator of a sandbox: nodes that the cluster plays
    Simulator(Noun<simulator::SimulatorCommand>),
    /// Drift: nodes that run something else than what they were assigned
    Drift(Noun<drift::DriftCommand>),
    /// Rollouts: a bundle goes to nodes in steps
    Rollout(Noun<rollout::RolloutCommand>),
    /// Freeze windows: times in which no rollout goes forward
    Freeze(Noun<freeze::FreezeCommand>),
    /// Environments: the places that a bundle passes one after the other
    #[command(visible_alias = "env")]
    Environment(Noun<environment::EnvironmentCommand>),
    /// The cluster: its beginning, its members, who leads
    Cluster(Noun<cluster::ClusterCommand>),
    /// Who changed what
    Audit(Noun<audit::AuditCommand>),
}

/// Runs a command. What fails is reported here, with its exit code.
pub async fn run(command: CtlCommand) -> anyhow::Result<ExitCode> {
    let options = command.options();
    if options.stale && !command.reads() {
        // A change is decided on the newest state, or not at all; nobody shall believe otherwise.
        let text =
            "--stale is for commands that only look, such as list and show; this one needs the newest state";
        clap::Command::new("sentinel-cp").error(ErrorKind::ArgumentConflict, text).print()?;
        return Ok(ExitCode::from(failure::USAGE));
    }
    let output = options.output;
    let asked = Asked {
        context: options.context.clone(),
        token: connection::environment_token().is_some(),
        fresh_read: command.reads() && !options.stale,
    };
    let keeps_up = !matches!(command, CtlCommand::Login(_) | CtlCommand::Logout(_) | CtlCommand::Context(_));
    let options = options.clone();
    match carry_out(command).await {
        Ok(code) => {
            if keeps_up {
                members::keep_up(&options).await;
            }
            Ok(code)
        }
        Err(error) => Ok(failure::report(&error, output, &asked)),
    }
}

async fn carry_out(command: CtlCommand) -> anyhow::Result<ExitCode> {
    match command {
        CtlCommand::Login(args) => session::login(args).await,
        CtlCommand::Logout(args) => session::logout(args).await,
        CtlCommand::Whoami(args) => session::whoami(args).await,
        CtlCommand::Passwd(args) => session::passwd(args).await,
        CtlCommand::Doctor(args) => doctor::run(args).await,
        CtlCommand::Context(Noun { options, command }) => context::run(command, &options),
        CtlCommand::Org(Noun { options, command }) => org::run(command, &Connection::open(&options)?).await,
        CtlCommand::Project(Noun { options, command }) => {
            project::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Key(Noun { options, command }) => key::run(command, &Connection::open(&options)?).await,
        CtlCommand::Token(Noun { options, command }) => {
            token::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Bundle(Noun { options, command }) => bundle::run(command, &options).await,
        CtlCommand::Config(Noun { options, command }) => {
            config::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Secret(Noun { options, command }) => {
            secret::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Ca(Noun { options, command }) => ca::run(command, &Connection::open(&options)?).await,
        CtlCommand::Certificate(Noun { options, command }) => {
            certificate::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Node(Noun { options, command }) => node::run(command, &Connection::open(&options)?).await,
        CtlCommand::Template(Noun { options, command }) => {
            template::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Group(Noun { options, command }) => {
            group::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Simulator(Noun { options, command }) => {
            simulator::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Drift(Noun { options, command }) => {
            drift::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Rollout(Noun { options, command }) => {
            rollout::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Freeze(Noun { options, command }) => {
            freeze::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Environment(Noun { options, command }) => {
            environment::run(command, &Connection::open(&options)?).await
        }
        CtlCommand::Cluster(Noun { options, command }) => cluster::run(command, &options).await,
        CtlCommand::Audit(Noun { options, command }) => {
            audit::run(command, &Connection::open(&options)?).await
        }
    }
}

impl CtlCommand {
    /// Whether it only looks at what the cluster has.
    fn reads(&self) -> bool {
        match self {
            CtlCommand::Login(_) | CtlCommand::Logout(_) | CtlCommand::Passwd(_) | CtlCommand::Context(_) => {
                false
            }
            CtlCommand::Whoami(_) | CtlCommand::Doctor(_) | CtlCommand::Audit(_) => true,
            CtlCommand::Cluster(noun) => noun.command.reads(),
            CtlCommand::Org(noun) => noun.command.reads(),
            CtlCommand::Project(noun) => noun.command.reads(),
            CtlCommand::Key(noun) => noun.command.reads(),
            CtlCommand::Token(noun) => noun.command.reads(),
            CtlCommand::Bundle(noun) => noun.command.reads(),
            CtlCommand::Config(noun) => noun.command.reads(),
            CtlCommand::Secret(noun) => noun.command.reads(),
            CtlCommand::Ca(noun) => noun.command.reads(),
            CtlCommand::Certificate(noun) => noun.command.reads(),
            CtlCommand::Node(noun) => noun.command.reads(),
            CtlCommand::Group(noun) => noun.command.reads(),
            CtlCommand::Template(noun) => noun.command.reads(),
            CtlCommand::Simulator(noun) => noun.command.reads(),
            CtlCommand::Drift(noun) => noun.command.reads(),
            CtlCommand::Rollout(noun) => noun.command.reads(),
            CtlCommand::Freeze(noun) => noun.command.reads(),
            CtlCommand::Environment(noun) => noun.command.reads(),
        }
    }

    fn options(&self) -> &Options {
        match self {
            CtlCommand::Login(args) => &args.options,
            CtlCommand::Logout(args) => &args.options,
            CtlCommand::Whoami(args) => &args.options,
            CtlCommand::Passwd(args) => &args.options,
            CtlCommand::Doctor(args) => &args.options,
            CtlCommand::Context(noun) => &noun.options,
            CtlCommand::Org(noun) => &noun.options,
            CtlCommand::Project(noun) => &noun.options,
            CtlCommand::Key(noun) => &noun.options,
            CtlCommand::Token(noun) => &noun.options,
            CtlCommand::Bundle(noun) => &noun.options,
            CtlCommand::Config(noun) => &noun.options,
            CtlCommand::Secret(noun) => &noun.options,
            CtlCommand::Ca(noun) => &noun.options,
            CtlCommand::Certificate(noun) => &noun.options,
            CtlCommand::Node(noun) => &noun.options,
            CtlCommand::Group(noun) => &noun.options,
            CtlCommand::Template(noun) => &noun.options,
            CtlCommand::Simulator(noun) => &noun.options,
            CtlCommand::Drift(noun) => &noun.options,
            CtlCommand::Rollout(noun) => &noun.options,
            CtlCommand::Freeze(noun) => &noun.options,
            CtlCommand::Environment(noun) => &noun.options,
            CtlCommand::Cluster(noun) => &noun.options,
            CtlCommand::Audit(noun) => &noun.options,
        }
    }
}
