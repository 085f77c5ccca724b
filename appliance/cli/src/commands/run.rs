//! `parley run`: what the appliance does.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use parley_audio::SoundDevices;
use parley_audio::playback::Sink as _;
use parley_conversation::{Attention, BargeIn, Sentences};
use tokio::signal::unix::{SignalKind, signal};

use super::common;
use parley_daemon::announcer::Announcer;
use parley_daemon::conductor::Conducting;
use parley_daemon::context;
use parley_daemon::door::OpenDoors;
use parley_daemon::hardware::Hardware;
use parley_daemon::health::echo_days::{self, EchoPlace};
use parley_daemon::health::{self, EchoWatch, WhichPlace, figures, wakes, watchdog};
use parley_daemon::keys;
use parley_daemon::languages::Languages;
use parley_daemon::listening::Mute;
use parley_daemon::models_in_use;
use parley_daemon::room_check::ComparedRoom;
use parley_daemon::self_test;
use parley_daemon::session::{self, Session};
use parley_daemon::signals::Signal;
use parley_daemon::volume::Volume;
use parley_daemon::workers::{Needed, Workers};
use parley_settings::{Config, Loaded, state_folder};
use parley_update::announcements::AnnouncementFile;

/// Below which the kernel tells of keys.
const ROOT: &str = "/";
/// At the first start of all the room is checked behind the greeting: when nothing was said for so long.
const GREETED: Duration = Duration::from_secs(10);
/// Where somebody comes between, it is tried so often until the next start.
const FIRST_TRIES: usize = 20;

/// `image`: the settings of the image, where nobody has named a file.
pub(super) fn run(loaded: &Loaded, image: Option<&Config>, named: Option<&Path>) -> Result<ExitCode> {
    let Loaded { config, mistakes, .. } = loaded;
    let used = models_in_use::in_use(config, image, common::selection)?;
    let models = &used.models;
    let config = &context::fitted(&used.config, models);
    let languages = Languages::of(config, models);
    if let Some(problem) = languages.problem() {
        tracing::warn!("{problem}");
    }
    let wake_words = common::wake_words(config)?;
    let sleeps = wake_words.attention() != Attention::Always;
    let no_keys = keys::found(Path::new(ROOT)).is_empty();
    // Whatever is not there now is waited for, and said, while the rest goes on.
    let devices = common::sound_devices(config);
    let mut sink = devices.loudspeaker();
    if let Err(error) = sink.begin() {
        tracing::warn!(%error, "there is no loudspeaker yet");
    }
    let settings = session::settings_at_device(config, models, sink.format().rate_hz);
    let conducting = Conducting { settings, generating: common::generating(config) };
    let alone = no_keys && conducting.settings.barge_in == BargeIn::Key;
    let conducting = if no_keys { session::half_duplex(conducting) } else { conducting };
    let table = languages.table();
    let says = &table.sentences;
    let half_duplex = alone.then(|| half_duplex(says).in_language(table.code));
    let other_models = AnnouncementFile::at_every_start(says.other_models).in_language(table.code);
    let other_models = used.are_the_images.then_some(other_models);
    let bad_settings = AnnouncementFile::at_every_start(says.bad_settings).in_language(table.code);
    let are_bad = !mistakes.is_empty() || !wake_words.problems.is_empty();
    let bad_settings = are_bad.then_some(bad_settings);
    let own = [
        ("settings", bad_settings),
        ("models", other_models),
        ("language", languages.announcement()),
        ("half-duplex", half_duplex),
    ];
    let own = own.into_iter().filter_map(|(name, announcement)| Some((name.to_owned(), announcement?)));
    let announcer = Announcer::of_this_machine(own.collect());
    common::block_on(async {
        let Conducting { settings, generating } = conducting;
        let source = devices.microphone();
        if let Err(error) = parley_audio::lock_memory() {
            tracing::warn!(%error, "memory may be paged out under the audio threads; `LimitMEMLOCK=infinity` lets Parley lock it");
        }
        let workers = Workers::spawn(config, models, Needed::All)?;
        let mut session = Session::start(
            settings.clone(),
            generating.clone(),
            workers,
            wake_words,
            Mute::remembered(),
            source,
            sink,
        )?;
        if let Some(signals) = &session.signals {
            signals.choose(config.audio.sounds);
        }
        let volume = session.handle.mixer.clone().map(|mixer| Volume::start(mixer, config.audio.volume));
        volume.iter().for_each(|volume| session.volume.is_of(volume.clone()));
        let door = common::door(&session, volume.clone(), config, named, Some(Path::new(ROOT)));
        let hardware = door.as_ref().and_then(|door| hardware(config, door, sleeps));
        if let Err(error) = keys::listen(ROOT.into(), session.handle.control.downgrade()) {
            tracing::warn!(%error, "no key stops an answer");
        }
        let figures = tokio::spawn(figures::keep(session.handle.clone()));
        let wakes = tokio::spawn(wakes::keep(session.handle.clone()));
        let place = in_use(&devices, volume.as_ref());
        // Before anything is kept.
        let (first_start, is_new) = (echo_days::is_first_start(), echo_days::is_new_here());
        let compared = session.room.clone().zip(place.clone());
        let compared = compared.map(|(room, place)| ComparedRoom::new(room, place, config.updates.clone()));
        let kept = session.sound.clone().zip(place).zip(session.rooms.take());
        let echo = kept.map(|((sound, place), rooms)| {
            let (updates, tell, announcements) = (config.updates.clone(), session.echo.clone(), announcer.own());
            let watch = EchoWatch { sound, place, updates, table, announcements, rooms, tell };
            tokio::spawn(watch.keep(session.handle.clone()))
        });
        let flight = session.handle.flight.clone();
        let state = state_folder(|name| std::env::var_os(name));
        flight.watch_panics(state.clone());
        let pulse = Arc::downgrade(&session.handle.pulse);
        if let Err(error) = flight.watch_conductor(state.clone(), move || Some(pulse.upgrade()?.events())) {
            tracing::warn!(%error, "a conversation that stands still leaves no record");
        }
        let recording = tokio::spawn(flight.keep(state));
        let (watchdog, health) = match session.sound.clone() {
            Some(sound) => (
                Some(tokio::spawn(watchdog::feed(session.handle.clone(), sound.clone()))),
                Some(tokio::spawn(health::watch(session.handle.clone(), sound, session.troubles.clone(), table))),
            ),
            None => (None, None),
        };
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let mut ended = Ok(());
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            // The service manager starts it again, sooner than the watchdog would.
            error = session.over() => ended = Err(error.into()),
            () = async {
                self_test::for_the_gate(&session.workers, settings, generating, compared.as_ref()).await;
                let first_check = async {
                    if let Some(room) = session.room.as_ref().filter(|_| first_start) {
                        room.check_when_idle(GREETED, FIRST_TRIES, &config.updates, is_new).await;
                    }
                    if let Some(compared) = &compared {
                        compared.for_the_blame().await;
                    }
                };
                tokio::join!(speak_for_itself(&session, announcer), first_check);
            } => {}
        }
        drop(hardware);
        drop(door);
        watchdog.into_iter().chain(health).chain(echo).for_each(|task| task.abort());
        recording.abort();
        figures.abort();
        wakes.abort();
        session.close().await;
        ended
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Buttons and lights of the board that the settings name; `sleeps`: whether Parley has to be woken.
fn hardware(config: &Config, door: &OpenDoors, sleeps: bool) -> Option<Hardware> {
    let board = parley_board::board(&config.hardware.board)?;
    let started = board
        .map_err(anyhow::Error::from)
        .and_then(|board| Ok(Hardware::start(board, door.own(), &config.hardware, &config.updates, sleeps)?));
    started.inspect_err(|error| tracing::warn!(%error, "no button and no light works")).ok()
}

/// Which cards are in use, and how loud.
fn in_use(devices: &Arc<SoundDevices>, volume: Option<&Volume>) -> Option<WhichPlace> {
    let (devices, volume) = (Arc::clone(devices), volume?.clone());
    Some(Arc::new(move || {
        let (microphone, loudspeaker) = devices.in_use()?;
        let card = if microphone == loudspeaker { microphone } else { format!("{microphone}, {loudspeaker}") };
        Some(EchoPlace { card, volume: volume.get() })
    }))
}

/// What the owner is told once where nothing at the device can stop an answer, and the microphone is closed meanwhile.
fn half_duplex(says: &Sentences) -> AnnouncementFile {
    tracing::warn!(
        "nothing can press and speech may not interrupt: half duplex; \"stop\" between two sentences and `parley ctl \
         interrupt` stop an answer"
    );
    AnnouncementFile::once(says.half_duplex, "")
}

/// Says what there is to say; never ends before the conversation.
async fn speak_for_itself(session: &Session, announcer: Announcer) {
    if let Err(error) = session.workers.ready().await {
        // The voice may be there all the same.
        tracing::warn!(%error, "an engine does not start");
        play(session, Signal::Failed);
    } else {
        play(session, Signal::Ready);
    }
    announcer.run(session.handle.clone()).await;
    std::future::pending().await
}

fn play(session: &Session, signal: Signal) {
    if let Some(signals) = &session.signals {
        signals.play(signal);
    }
}
