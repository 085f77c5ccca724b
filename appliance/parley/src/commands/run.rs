//! `parley run`: what the appliance does.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::common;
use crate::config::Config;
use crate::session::{Session, settings};
use crate::watchdog;
use crate::workers::{Needed, Workers};

/// Options of `parley run`.
#[derive(Debug, Args)]
pub(super) struct Options {}

/// Listens and answers until it is told to stop.
pub(super) fn run(_: &Options, config: &Config) -> Result<ExitCode> {
    let models = common::selection(config)?;
    common::block_on(async {
        let source = common::microphone(config)?;
        let sink = common::loudspeaker(config)?;
        let workers = Workers::spawn(config, &models, Needed::All)?;
        let session = Session::start(settings(config, &models), common::generating(config), workers, source, sink)?;
        let watchdog = tokio::spawn(watchdog::feed(Arc::clone(&session.handle.pulse)));
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        watchdog.abort();
        session.close().await;
        Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}
