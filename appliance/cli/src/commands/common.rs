//! What several commands need.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use parley_audio::SoundDevices;
use parley_audio::capture::{AlsaSource, Source};
use parley_audio::playback::AlsaSink;
use parley_engines::Kind;
use parley_engines::supervisor::Supervised;
use parley_models::{Catalogue, Manifest, OwnFiles, Selection, Store, default_dir, machine_bytes};

use parley_conversation::Settings;
use parley_daemon::conductor::{Conducting, Generating};
use parley_daemon::context;
use parley_daemon::door::{ClientSeats, OpenDoors, Patience, SessionHost, SoundPatience};
use parley_daemon::models_in_use::with_room;
use parley_daemon::own_words::OwnWords;
use parley_daemon::session::{Session, conducting, half_duplex};
use parley_daemon::volume::Volume;
use parley_daemon::wake_words::WakeWords;
use parley_door::Door;
use parley_settings::{Config, ModelsSettings, Places};

/// The models of the configured profile, or files of one's own in their place, all of them complete. A context that is
/// longer than the model's own is told.
pub(super) fn selection(config: &Config) -> Result<Selection> {
    let came_with = Places::of_this_machine().image().is_some_and(|image| image.models == config.models);
    with_room(came_with, || fitting(config, models(config)?), || fitting(config, models_of_any_size(config)?))
}

fn fitting(config: &Config, models: Catalogue) -> Result<Selection> {
    let models = models.select(&config.models.profile)?;
    context::suits(config, &models).map_err(anyhow::Error::msg)?;
    if let Some(word) = context::lowered(config, &models) {
        tracing::warn!("{word}");
    }
    Ok(models)
}

/// The models' file names, for reports.
pub(super) fn model_names(models: &Selection) -> Vec<String> {
    models.files().filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect()
}

/// The manifest, and the owner's own beside it, with the configured folder and files.
pub(super) fn models(config: &Config) -> Result<Catalogue> {
    Ok(models_of_any_size(config)?.on_machine(machine_bytes()))
}

fn models_of_any_size(config: &Config) -> Result<Catalogue> {
    let folder = match &config.models.folder {
        Some(folder) => folder.clone(),
        None => default_dir(|name| std::env::var_os(name))
            .context("there is no folder for the models: set PARLEY_MODELS or models.folder")?,
    };
    let ModelsSettings { speech_to_text, language_model, voices, .. } = config.models.clone();
    let own = OwnFiles { speech_to_text, language_model, voices };
    Ok(Catalogue::new(manifest(config)?, Store::new(folder)?).with_own(own))
}

fn manifest(config: &Config) -> Result<Manifest> {
    /// Ours has 20 kB.
    const LONGEST: u64 = 1 << 20;
    let ours = Manifest::embedded()?;
    let Some(path) = &config.models.manifest else { return Ok(ours) };
    let named = || format!("models.manifest = {}", path.display());
    let mut text = String::new();
    let file = File::open(path).with_context(named)?;
    ensure!(file.metadata().with_context(named)?.is_file(), "{}: it is not a file", named());
    let bytes = file.take(LONGEST + 1).read_to_string(&mut text).with_context(named)?;
    ensure!(bytes as u64 <= LONGEST, "{}: it is larger than any manifest (1 MiB)", named());
    ours.and_parsed(&text).with_context(named)
}

/// The wake words that the settings name, as far as they can be listened for. Why others cannot is told.
pub(super) fn wake_words(config: &Config) -> Result<WakeWords> {
    let words = WakeWords::read(config, &Arc::new(models_of_any_size(config)?), &OwnWords::of_this_machine());
    words.problems.iter().for_each(|problem| tracing::warn!("{problem}"));
    Ok(words)
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
    keys: Option<&Path>,
) -> Option<OpenDoors> {
    let folder = Door::folder(|name| std::env::var_os(name))?;
    let alone = keys.is_some_and(|root| parley_daemon::keys::found(root).is_empty());
    let Conducting { settings, generating } = elsewhere(conducting(config), alone);
    let settings = Settings { barge_in: settings.barge_in, rest: settings.rest, ..session.settings.clone() };
    let generating = Generating { max_tokens: generating.max_tokens, ..session.generating.clone() };
    let seats = ClientSeats::beside(session).conducted(Conducting { settings, generating });
    let host = SessionHost::new(session, volume, config).with_seats(seats.taken());
    let host = host.with_places(Places::of_this_machine(), named);
    let host = if let Some(root) = keys { host.with_keys(root) } else { host };
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

/// How clients of the door are conducted, whose microphones nobody takes an echo out of. `alone`: nothing here can press.
fn elsewhere(conducting: Conducting, alone: bool) -> Conducting {
    if alone { half_duplex(conducting) } else { conducting }
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
