//! `parley-tryboot`: RAUC's bootloader backend on a Raspberry Pi, and the few other things that touch the boot chain.

use std::process::ExitCode;

fn main() -> ExitCode {
    parley_update::tryboot::main()
}
