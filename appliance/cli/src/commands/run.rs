//! `parley run`: what the appliance does.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use parley_conversation::Settings;
use tokio::signal::unix::{SignalKind, signal};

use super::common;
use parley_daemon::announcer::Announcer;
use parley_daemon::conductor::Generating;
use parley_daemon::health::{figures, watchdog};
use parley_daemon::models_in_use::in_use;
use parley_daemon::self_test;
use parley_daemon::session::{Session, settings};
use parley_daemon::volume::Volume;
use parley_daemon::workers::{Needed, Workers};
use parley_settings::Config;

/// `image`: the settings of the image, where nobody has named a file.
pub(super) fn run(config: &Config, image: Option<&Config>, named: Option<&Path>) -> Result<ExitCode> {
    let used = in_use(config, image, common::selection)?;
    let (config, models) = (&used.config, &used.models);
    let own = used.announcement.map(|announcement| ("models".to_owned(), announcement));
    let announcer = Announcer::of_this_machine(own.into_iter().collect());
    common::block_on(async {
        let (settings, generating) = (settings(config, models), common::generating(config));
        let devices = common::microphone(config).and_then(|source| Ok((source, common::loudspeaker(config)?)));
        let (source, sink) = match devices {
            Ok(devices) => devices,
            Err(error) => {
                // The gate judges a device that has none by its engines.
                if self_test::is_waited_for() {
                    watchdog::takes_longer(self_test::LONGEST);
                    let workers = Workers::spawn(config, models, Needed::All)?;
                    self_test::for_the_gate(&workers, settings, generating).await;
                    workers.shut_down().await;
                }
                return Err(error);
            }
        };
        let workers = Workers::spawn(config, models, Needed::All)?;
        let session = Session::start(settings.clone(), generating.clone(), workers, source, sink)?;
        let volume = session.handle.mixer.clone().map(|mixer| Volume::start(mixer, config.audio.volume));
        let door = common::door(&session, volume, config, named);
        let figures = tokio::spawn(figures::keep(session.handle.clone()));
        let watchdog = tokio::spawn(watchdog::feed(Arc::clone(&session.handle.pulse)));
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            () = speak_for_itself(&session, settings, generating, announcer) => {}
        }
        drop(door);
        watchdog.abort();
        figures.abort();
        session.close().await;
        Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Asks itself a question where there is a gate, then says what there is to say; never ends before the conversation.
async fn speak_for_itself(session: &Session, settings: Settings, generating: Generating, announcer: Announcer) {
    self_test::for_the_gate(&session.workers, settings, generating).await;
    if let Err(error) = session.workers.ready().await {
        // The voice may be there all the same.
        tracing::warn!(%error, "an engine does not start");
    }
    announcer.run(session.handle.clone()).await;
    std::future::pending().await
}
