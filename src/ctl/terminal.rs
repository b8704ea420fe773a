//! Asking a person.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, bail};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use sentinel_api_types::Secret;

/// Longest line that is read.
const LINE_MAX: usize = 4096;

/// A line that is not a secret.
pub fn line(question: &str, option: &str) -> anyhow::Result<String> {
    if !io::stdin().is_terminal() {
        bail!("there is nobody to ask for the {question}; give it with {option}");
    }
    eprint!("{question}: ");
    io::stderr().flush()?;
    read_line()
}

/// Whether there is a person who can be asked.
pub fn is_person() -> bool {
    io::stdin().is_terminal()
}

/// A password: from standard input when asked for, else from a person, whose typing is not shown.
pub fn password(question: &str, from_stdin: bool) -> anyhow::Result<Secret> {
    if from_stdin {
        return Ok(Secret::new(read_line()?));
    }
    if !io::stdin().is_terminal() {
        bail!("there is nobody to ask for a password; use --password-stdin");
    }
    eprint!("{question}: ");
    io::stderr().flush()?;
    let hidden = Hidden::new()?;
    let line = read_line();
    drop(hidden);
    eprintln!();
    Ok(Secret::new(line?))
}

/// A new password: a person types it twice, since nobody sees what is typed.
pub fn new_password(question: &str, from_stdin: bool) -> anyhow::Result<Secret> {
    let new = password(question, from_stdin)?;
    if !from_stdin && password(&format!("{question}, again"), false)? != new {
        bail!("the two are not the same; nothing was done");
    }
    Ok(new)
}

/// Whether a person says yes. Without a person it must have been said by an option.
pub fn confirm(question: &str, said: bool) -> anyhow::Result<()> {
    if said {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        bail!("{question} Say so with --yes");
    }
    eprint!("{question} [y/N] ");
    io::stderr().flush()?;
    match read_line()?.as_str() {
        "y" | "Y" | "yes" => Ok(()),
        _ => bail!("nothing was done"),
    }
}

fn read_line() -> anyhow::Result<String> {
    let mut line = Vec::new();
    let mut input = io::Read::take(io::stdin().lock(), LINE_MAX as u64);
    input.read_until(b'\n', &mut line).context("cannot read standard input")?;
    let line = String::from_utf8(line).context("standard input is not UTF-8")?;
    let line = line.trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        bail!("nothing was entered");
    }
    Ok(line.to_owned())
}

/// While it lives, the terminal shows nothing of what is typed.
struct Hidden(Termios);

impl Hidden {
    fn new() -> anyhow::Result<Self> {
        let before = tcgetattr(io::stdin()).context("cannot ask the terminal for its settings")?;
        let mut hidden = before.clone();
        hidden.local_flags.remove(LocalFlags::ECHO);
        tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &hidden).context("cannot hide what is typed")?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Err(error) = tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &self.0) {
            eprintln!("the terminal keeps hiding what is typed ({error}); `stty echo` brings it back");
        }
    }
}
