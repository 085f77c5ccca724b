//! `parley-update`: what an owner does with updates, and what the device's units do at a start. `parley update` is this program.

use std::process::ExitCode;

fn main() -> ExitCode {
    parley_update::flow::main()
}
