//! What a command prints.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the command line's only place that prints")]

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use serde::Serialize;

pub(super) fn line(text: impl Display) -> Result<()> {
    Ok(writeln!(io::stdout().lock(), "{text}")?)
}

pub(super) fn part(text: impl Display) -> Result<()> {
    let mut out = io::stdout().lock();
    write!(out, "{text}")?;
    Ok(out.flush()?)
}

pub(super) fn json(value: &impl Serialize) -> Result<()> {
    line(serde_json::to_string(value)?)
}

/// Prints a remark to standard error.
pub(super) fn remark(text: impl Display) {
    eprintln!("{text}");
}

/// Shows progress on a terminal, as one line that is overwritten.
pub(super) fn progress(text: &str) {
    let mut err = io::stderr().lock();
    if err.is_terminal() {
        let _ = write!(err, "\r\x1b[K{text}").and_then(|()| err.flush());
    }
}

pub(super) fn complain(error: &anyhow::Error) {
    eprintln!("parley: {error:#}");
}

/// Whether the error only says that the reader of our output is gone.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
