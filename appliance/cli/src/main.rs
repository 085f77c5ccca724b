//! The `parley` program; one command, one file. The documentation of the code begins at `parley_daemon`.

mod commands;

fn main() -> std::process::ExitCode {
    commands::main()
}
