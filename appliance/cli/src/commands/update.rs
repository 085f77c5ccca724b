//! `parley update`: a program of its own beside this one, which needs root and D-Bus.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

/// Becomes that program; its command line is this one without the word `update`.
pub(super) fn run() -> Result<ExitCode> {
    let program = std::env::current_exe()?.with_file_name("parley-update");
    let error = Command::new(&program).args(without_its_name(std::env::args_os().skip(1).collect())).exec();
    Err(error).with_context(|| format!("cannot start {}, which belongs beside this program", program.display()))
}

fn without_its_name(mut arguments: Vec<OsString>) -> Vec<OsString> {
    // A file may have that name too.
    let is_value = |at: usize| at > 0 && arguments[at - 1] == "--config";
    let name = (0..arguments.len()).find(|at| arguments[*at] == "update" && !is_value(*at));
    name.map(|at| arguments.remove(at));
    arguments
}
