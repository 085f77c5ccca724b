//! `parley gateway`: a process of its own, for all that will come from the network.

use std::process::ExitCode;

use anyhow::Result;

/// Runs until it is ended.
pub(super) fn run() -> Result<ExitCode> {
    parley_gateway::run();
}
