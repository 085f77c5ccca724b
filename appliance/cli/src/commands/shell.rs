//! `parley completions` and `parley man`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use clap_complete::Shell;

#[derive(Debug, Args)]
pub(super) struct CompletionOptions {
    /// The shell
    shell: Shell,
}

pub(super) fn completions(options: &CompletionOptions, command: &mut clap::Command) -> Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, command, "parley", &mut script);
    super::output::part(String::from_utf8(script)?)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the manual page, followed by those of the commands.
pub(super) fn man(command: clap::Command) -> Result<ExitCode> {
    let mut pages = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut pages)?;
    for subcommand in command.get_subcommands() {
        clap_mangen::Man::new(subcommand.clone())
            .title(format!("parley-{}", subcommand.get_name()))
            .render(&mut pages)?;
    }
    super::output::part(String::from_utf8(pages)?)?;
    Ok(ExitCode::SUCCESS)
}
