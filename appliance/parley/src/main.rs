//! The `parley` program; everything is in the library.

fn main() -> std::process::ExitCode {
    parley::commands::main()
}
