//! `parley update`: a program of its own beside this one, which needs root and D-Bus.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

/// Becomes that program; its command line is this one without the word `update`.
pub(super) fn run() -> Result<ExitCode> {
    let program = std::env::current_exe()?.with_file_name("parley-update");
    let mut arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    // The first one: should `--config` have the word as its value, the two stand side by side, and either may go.
    if let Some(place) = arguments.iter().position(|argument| argument == "update") {
        arguments.remove(place);
    }
    let error = Command::new(&program).args(arguments).exec();
    Err(error).with_context(|| format!("cannot start {}, which belongs beside this program", program.display()))
}
