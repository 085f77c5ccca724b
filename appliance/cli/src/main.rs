//! The `parley` program; one command, one file.

mod commands;

fn main() -> std::process::ExitCode {
    commands::main()
}
