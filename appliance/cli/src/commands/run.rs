//! `parley run`: what the appliance does.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use parley_conversation::Settings;
use tokio::signal::unix::{SignalKind, signal};

use super::common;
use parley_daemon::conductor::Generating;
use parley_daemon::health::{figures, watchdog};
use parley_daemon::self_test;
use parley_daemon::session::{Session, settings};
use parley_daemon::workers::{Needed, Workers};
use parley_settings::Config;

pub(super) fn run(config: &Config) -> Result<ExitCode> {
    let models = common::selection(config)?;
    common::block_on(async {
        let source = common::microphone(config)?;
        let sink = common::loudspeaker(config)?;
        let workers = Workers::spawn(config, &models, Needed::All)?;
        let (settings, generating) = (settings(config, &models), common::generating(config));
        let session = Session::start(settings.clone(), generating.clone(), workers, source, sink)?;
        let door = common::door(&session, config);
        let figures = tokio::spawn(figures::keep(session.handle.clone()));
        let watchdog = tokio::spawn(watchdog::feed(Arc::clone(&session.handle.pulse)));
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = tell_the_gate(&session, settings, generating) => {}
        }
        drop(door);
        watchdog.abort();
        figures.abort();
        session.close().await;
        Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Asks itself a question where there is a gate, and never ends.
async fn tell_the_gate(session: &Session, settings: Settings, generating: Generating) {
    self_test::for_the_gate(&session.workers, settings, generating).await;
    std::future::pending().await
}
