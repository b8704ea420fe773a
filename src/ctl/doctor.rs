//! Whether the cluster is well, on one screen.

use std::process::ExitCode;

use clap::Args;
use sentinel_api_types::cluster::Cluster;
use sentinel_api_types::finding::{Finding, Severity, Topic};
use sentinel_client::ClientError;
use serde::Serialize;

use super::connection::Connection;
use super::failure;
use super::options::Options;
use super::output::{Output, clean, text};
use super::words::word;

/// Look whether the cluster is well, and what to do when it is not
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  sentinel-cp doctor
  sentinel-cp doctor --server https://cp-2.example.com:4000
  sentinel-cp doctor -o json

Looks at writes, quorum, members, clocks, disks, archives, certificates, versions and backups, as one member sees all of them; works without a majority.
It takes a login, or an API key of any scope.

Exit codes: 0 all is well, 1 nobody answers, 2 wrong usage, 4 something is critical or was refused, 5 warnings alone")]
pub struct DoctorArgs {
    #[command(flatten)]
    pub options: Options,
}

/// What was found, for programs.
#[derive(Debug, Serialize)]
struct Report {
    /// The gravest severity of all.
    verdict: Severity,
    /// The member that answered; null when none did.
    asked: Option<String>,
    findings: Vec<Finding>,
}

/// Looks.
pub async fn run(args: DoctorArgs) -> anyhow::Result<ExitCode> {
    let connection = Connection::open(&args.options)?;
    let report = match connection.client.cluster().await {
        Ok(cluster) => Report::of(cluster),
        Err(error @ (ClientError::Unreachable(_) | ClientError::Tls { .. })) => Report::of_nobody(&error),
        Err(error) => return Err(error.into()),
    };
    match connection.output {
        Output::Table => text(&report.screen())?,
        programs => programs.whole(&report)?,
    }
    Ok(ExitCode::from(report.exit_code()))
}

impl Report {
    fn of(cluster: Cluster) -> Self {
        let verdict = cluster.findings.iter().map(|finding| finding.severity).max();
        Self {
            verdict: verdict.unwrap_or(Severity::Ok),
            asked: Some(format!("member-{}", cluster.member_id)),
            findings: cluster.findings,
        }
    }

    /// What only somebody outside of the cluster can find.
    fn of_nobody(error: &ClientError) -> Self {
        let advice = "see whether a member runs (its service, its log) and on which address (--http); name it with --server or \
                      SENTINEL_CP_SERVER; see whether a firewall stands in between, and whether it is https:// and its CA is known (--ca-file)";
        let finding = Finding {
            topic: Topic::Members,
            severity: Severity::Critical,
            member: None,
            text: error.to_string(),
            advice: Some(advice.to_owned()),
        };
        Self { verdict: Severity::Critical, asked: None, findings: vec![finding] }
    }

    fn exit_code(&self) -> u8 {
        match (self.verdict, &self.asked) {
            (_, None) => failure::FAILED,
            (Severity::Critical, _) => failure::REFUSED,
            (Severity::Warning, _) => failure::WARNED,
            (Severity::Ok, _) => failure::OK,
        }
    }

    fn of_severity(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.severity == severity)
    }

    /// The gravest first, each group under its name.
    fn screen(&self) -> String {
        let mut screen = String::new();
        for severity in [Severity::Critical, Severity::Warning, Severity::Ok] {
            let mut group = self.of_severity(severity).peekable();
            if group.peek().is_some() {
                screen.push_str(&format!("{}\n", word(&severity)));
            }
            for finding in group {
                screen.push_str(&format!("  {:<14}{}\n", word(&finding.topic), clean(&finding.text)));
                if let Some(advice) = &finding.advice {
                    screen.push_str(&format!("  {:<14}-> {}\n", "", clean(advice)));
                }
            }
        }
        screen.push_str(&format!("\n{}\n", self.sum()));
        screen
    }

    fn sum(&self) -> String {
        let Some(asked) = &self.asked else {
            return "nobody answers: what the cluster itself would say is not known".to_owned();
        };
        let count = |severity| self.of_severity(severity).count();
        match (count(Severity::Critical), count(Severity::Warning)) {
            (0, 0) => format!("the cluster is well, as {asked} sees it"),
            (critical, warnings) => {
                let plural = if warnings == 1 { "" } else { "s" };
                format!("{critical} critical, {warnings} warning{plural}, as {asked} sees it")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(severities: &[Severity]) -> Report {
        let finding = |severity: &Severity| Finding {
            topic: Topic::Certificates,
            severity: *severity,
            member: None,
            text: format!("text of {}", word(severity)),
            advice: (*severity != Severity::Ok).then(|| "advice".to_owned()),
        };
        Report {
            verdict: severities.iter().max().copied().unwrap_or(Severity::Ok),
            asked: Some("member-1".into()),
            findings: severities.iter().map(finding).collect(),
        }
    }

    #[test]
    fn the_gravest_finding_gives_the_exit_code() {
        use Severity::{Critical, Ok, Warning};
        assert_eq!(report(&[Ok, Ok]).exit_code(), 0);
        assert_eq!(report(&[Ok, Warning]).exit_code(), 5);
        assert_eq!(report(&[Critical, Warning]).exit_code(), 4);
        let nobody = Report::of_nobody(&ClientError::Unreachable("http://a (connection refused)".into()));
        assert_eq!(nobody.exit_code(), 1);
        assert!(nobody.screen().contains("http://a (connection refused)"), "{}", nobody.screen());
    }

    #[test]
    fn groups_stand_under_their_names_the_gravest_first() {
        let screen = report(&[Severity::Ok, Severity::Warning, Severity::Critical]).screen();
        let expected = "critical
  certificates  text of critical
                -> advice
warning
  certificates  text of warning
                -> advice
ok
  certificates  text of ok

1 critical, 1 warning, as member-1 sees it
";
        assert_eq!(screen, expected);
        assert!(report(&[Severity::Ok]).screen().ends_with("\nthe cluster is well, as member-1 sees it\n"));
    }
}
