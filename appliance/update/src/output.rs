//! What commands print: those of `parley-update`, and of `parley`, which becomes that program for updates.

#![allow(clippy::print_stderr, reason = "this is the only place where commands print")]

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::Result;
use serde::Serialize;

/// Prints a line to standard output.
pub fn line(text: impl Display) -> Result<()> {
    Ok(writeln!(io::stdout().lock(), "{text}")?)
}

/// Prints a part of a line, at once.
pub fn part(text: impl Display) -> Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{text}")?;
    Ok(out.flush()?)
}

/// Prints one JSON value on a line.
pub fn json(value: &impl Serialize) -> Result<()> {
    line(serde_json::to_string(value)?)
}

/// A remark beside the output.
pub fn remark(text: impl Display) {
    eprintln!("{text}");
}

/// Shows how far something is, where somebody is looking: one line that is written over.
pub fn progress(text: &str) {
    let mut err = io::stderr().lock();
    if err.is_terminal() {
        let _ = write!(err, "\r\x1b[K{text}").and_then(|()| err.flush());
    }
}

/// Shows an error of a program with its causes.
pub fn complain(program: &str, error: &anyhow::Error) {
    eprintln!("{program}: {error:#}");
}

/// How a program ends. It is no failure that whoever read its output has had enough.
pub fn end(program: &str, result: Result<ExitCode>) -> ExitCode {
    let had_enough = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    match result {
        Ok(code) => code,
        Err(error) if error.downcast_ref().is_some_and(had_enough) => ExitCode::SUCCESS,
        Err(error) => {
            complain(program, &error);
            ExitCode::FAILURE
        }
    }
}
