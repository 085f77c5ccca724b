//! Running other programs.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// Runs a command to its end; its output goes to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    println!("→ {}", shown(command));
    let status = command.stdin(Stdio::null()).status().with_context(|| format!("cannot start {}", shown(command)))?;
    ensure!(status.success(), "{} failed ({status})", shown(command));
    Ok(())
}

/// Runs a command and returns what it printed; what it says on standard error goes to the terminal.
pub fn output(command: &mut Command) -> Result<String> {
    println!("→ {}", shown(command));
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.with_context(|| format!("cannot start {}", shown(command)))?;
    ensure!(output.status.success(), "{} failed ({})", shown(command), output.status);
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Becomes another program; comes back only where that cannot be started.
pub fn replace(command: &mut Command) -> Result<()> {
    Err(command.exec()).with_context(|| format!("cannot start {}", shown(command)))
}

/// The command as one would type it, long argument lists cut; of one in a sandbox what runs there.
pub fn shown(command: &Command) -> String {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let inside = words.iter().position(|word| word == "--").filter(|_| words[0] == "bwrap");
    let line = words[inside.map_or(0, |dashes| dashes + 1)..].join(" ");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
