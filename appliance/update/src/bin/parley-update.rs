//! `parley-update`: what owners do with updates, and what the device's units do. `parley update` becomes this program.

use std::process::ExitCode;

fn main() -> ExitCode {
    parley_update::flow::main()
}
