//! What several commands need.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result};
use parley_audio::SoundDevices;
use parley_audio::capture::{AlsaSource, Source};
use parley_audio::playback::AlsaSink;
use parley_engines::Kind;
use parley_engines::supervisor::Supervised;
use parley_models::{Catalogue, Manifest, Selection, Store, default_dir};

use parley_daemon::conductor::Generating;
use parley_daemon::door::{ClientSeats, OpenDoors, Patience, SessionHost, SoundPatience};
use parley_daemon::session::{Session, conducting};
use parley_daemon::volume::Volume;
use parley_door::Door;
use parley_settings::{Config, Places};

/// The models of the configured profile, all of them complete.
pub(super) fn selection(config: &Config) -> Result<Selection> {
    Ok(models(config)?.select(&config.models.profile)?)
}

/// The models' file names, for reports.
pub(super) fn model_names(models: &Selection) -> Vec<String> {
    models.files().filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect()
}

/// The manifest with the configured folder.
pub(super) fn models(config: &Config) -> Result<Catalogue> {
    let folder = match &config.models.folder {
        Some(folder) => folder.clone(),
        None => default_dir(|name| std::env::var_os(name))
            .context("there is no folder for the models: set PARLEY_MODELS or models.folder")?,
    };
    Ok(Catalogue::new(Manifest::embedded()?, Store::new(folder)?))
}

/// Microphone and loudspeaker as they are configured.
pub(super) fn sound_devices(config: &Config) -> Arc<SoundDevices> {
    let audio = &config.audio;
    SoundDevices::new(&audio.input, &audio.output, Some(audio.channel.into()).filter(|channel| *channel > 0))
}

/// A microphone that is there.
pub(super) fn microphone(devices: &Arc<SoundDevices>) -> Result<AlsaSource> {
    let mut source = devices.microphone();
    source.reopen().context("cannot listen; `parley check` lists the sound devices")?;
    Ok(source)
}

/// A loudspeaker that is there.
pub(super) fn loudspeaker(devices: &Arc<SoundDevices>) -> Result<AlsaSink> {
    let mut sink = devices.loudspeaker();
    sink.begin().context("cannot play; `parley check` lists the sound devices")?;
    Ok(sink)
}

pub(super) fn generating(config: &Config) -> Generating {
    conducting(config).generating
}

/// Opens the local door, where there is a place for it. A conversation goes on without one. `named`: the file of settings
/// that somebody has named.
pub(super) fn door(
    session: &Session,
    volume: Option<Volume>,
    config: &Config,
    named: Option<&Path>,
) -> Option<OpenDoors> {
    let folder = Door::folder(|name| std::env::var_os(name))?;
    let seats = ClientSeats::beside(session);
    let host = SessionHost::new(session, volume, config).with_seats(seats.taken());
    let host = host.with_places(Places::of_this_machine(), named);
    match OpenDoors::open(&folder, host, Patience::default()) {
        Ok(mut doors) => {
            if let Err(error) = doors.open_for_sound(seats, SoundPatience::default()) {
                tracing::warn!(%error, "no program can take a seat of its own");
            }
            Some(doors)
        }
        Err(error) => {
            tracing::warn!(%error, "`parley ctl` will not find this Parley");
            None
        }
    }
}

/// Runs on one thread: the work is done in other processes.
pub(super) fn block_on<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(future);
    runtime.shutdown_background();
    result
}

pub(super) async fn ready<K: Kind>(worker: Option<&Arc<Supervised<K>>>) -> Result<Arc<Supervised<K>>> {
    let worker = worker.context("this worker was not started")?;
    worker.ready().await?;
    Ok(Arc::clone(worker))
}
