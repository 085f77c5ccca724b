//! The commands that the documents show, compared with the command lines that there are.

use std::fs;

use clap::Command;
use walkdir::WalkDir;

use crate::places;

/// What the documents show of `cargo xtask` and `command` does not know: its subcommands and their long options. A
/// first word that is no subcommand is a mistake where `is_whole`, and otherwise another program's.
///
/// # Panics
/// A document cannot be read.
#[must_use]
pub fn mistakes(command: &Command, is_whole: bool) -> Vec<String> {
    let mut pages = vec![places::workspace().join("README.md"), places::workspace().join("CONTRIBUTING.md")];
    pages
        .extend(WalkDir::new(places::workspace().join("docs")).into_iter().map(|page| page.expect("docs").into_path()));
    // What was measured then stays as it was measured.
    pages.retain(|page| page.extension().is_some_and(|extension| extension == "md") && !page.ends_with("EVIDENCE.md"));
    let texts: Vec<String> = pages.iter().map(|page| fs::read_to_string(page).expect("a page can be read")).collect();
    let shown = texts.iter().flat_map(|text| text.lines()).flat_map(|line| line.split("cargo xtask ").skip(1));
    shown.filter_map(|rest| mistake(command, is_whole, rest.split(['`', '#']).next()?)).collect()
}

fn mistake(root: &Command, is_whole: bool, line: &str) -> Option<String> {
    let mut path = vec![root];
    for word in line.split_whitespace() {
        let here = path[path.len() - 1];
        let name = word.trim_matches(['[', ']', ',', '.']).split('=').next()?;
        if let Some(option) = name.strip_prefix("--") {
            let is_known =
                |command: &&Command| command.get_arguments().any(|argument| argument.get_long() == Some(option));
            let is_forwarded = here.get_arguments().any(clap::Arg::is_trailing_var_arg_set);
            if !is_forwarded && !path.iter().any(is_known) {
                return Some(format!("cargo xtask {line}: no option --{option}"));
            }
        } else if let Some(subcommand) = here.find_subcommand(name) {
            path.push(subcommand);
        } else if here.has_subcommands() {
            return (path.len() > 1 || is_whole).then(|| format!("cargo xtask {line}: no command {name}"));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use clap::Arg;

    use super::*;

    #[test]
    fn an_unknown_command_or_option_is_a_mistake() {
        let play = Command::new("play").arg(Arg::new("loud").long("loud"));
        let root = Command::new("xtask").subcommand(play).arg(Arg::new("no-install").long("no-install"));
        for good in ["play", "play FILE --loud --no-install", "play [--loud]"] {
            assert_eq!(mistake(&root, true, good), None, "{good}");
        }
        assert_eq!(mistake(&root, false, "sing --high"), None);
        for bad in ["sing", "play --quiet", "--loud"] {
            assert!(mistake(&root, true, bad).is_some(), "{bad}");
        }
    }
}
