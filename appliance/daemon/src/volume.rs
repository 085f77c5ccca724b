//! How loud Parley is: a setting, and what people have made of it since, which is remembered.
//!
//! The file holds the volume and the setting that it replaced. A setting that was changed afterwards wins: who edits a
//! file means it. A file that is missing, damaged or out of range is none.

mod by_voice;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use parley_audio::playback::Mixer;
use parley_settings::state_folder;
use parley_update::files;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub use self::by_voice::VolumeByVoice;
use crate::conductor::lock;

/// The loudest, in percent.
const LOUDEST: u8 = 100;
const FILE: &str = "volume.json";

#[derive(Clone)]
pub struct Volume(Arc<Inner>);

struct Inner {
    mixer: Mixer,
    file: Option<PathBuf>,
    /// Held while the file is written, so that the last to set it is the one that is remembered.
    now: Mutex<Remembered>,
    changes: watch::Sender<u8>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Remembered {
    volume: u8,
    setting: u8,
}

impl Volume {
    /// Makes the loudspeaker as loud as `audio.volume` or what was remembered says.
    pub fn start(mixer: Mixer, setting: u8) -> Self {
        Self::with(mixer, setting, state_folder(|name| std::env::var_os(name)).map(|folder| folder.join(FILE)))
    }

    /// The same with a file of one's own, for tests.
    pub fn with(mixer: Mixer, setting: u8, file: Option<PathBuf>) -> Self {
        let remembered = file.as_deref().and_then(files::read_json::<Remembered>);
        let percent = match remembered {
            Some(remembered) if remembered.setting == setting && remembered.volume <= LOUDEST => remembered.volume,
            Some(_) | None => setting.min(LOUDEST),
        };
        mixer.set_volume(gain(percent));
        let (now, changes) = (Mutex::new(Remembered { volume: percent, setting }), watch::Sender::new(percent));
        Self(Arc::new(Inner { mixer, file, now, changes }))
    }

    /// 0 (silent) to 100.
    pub fn get(&self) -> u8 {
        lock(&self.0.now).volume
    }

    /// Tells of every change, whoever makes it.
    pub fn changes(&self) -> watch::Receiver<u8> {
        self.0.changes.subscribe()
    }

    /// Sets it, at once and for later starts; more than 100 is 100. Writes a small file, and waits for the card.
    ///
    /// # Errors
    /// It is set and cannot be remembered.
    pub fn set(&self, percent: u8) -> io::Result<()> {
        self.change(|_| percent, None).1
    }

    /// The setting was changed while it runs, and wins.
    ///
    /// # Errors
    /// As [`Volume::set`].
    pub fn take_over(&self, setting: u8) -> io::Result<()> {
        self.change(|_| setting, Some(setting)).1
    }

    /// Makes another volume of the present one; which, and as [`Volume::set`].
    fn change(&self, new: impl FnOnce(u8) -> u8, setting: Option<u8>) -> (u8, io::Result<()>) {
        let Inner { mixer, file, now, changes } = &*self.0;
        let mut now = lock(now);
        *now = Remembered { volume: new(now.volume).min(LOUDEST), setting: setting.unwrap_or(now.setting) };
        mixer.set_volume(gain(now.volume));
        changes.send_replace(now.volume);
        let no_folder = || io::Error::new(io::ErrorKind::NotFound, "there is no folder for it: set STATE_DIRECTORY");
        let kept = file.as_ref().ok_or_else(no_folder).and_then(|file| files::replace_json(file, &*now));
        (now.volume, kept)
    }
}

/// The amplitude of a volume: its square, so that half of the volume sounds about half as loud (-12 dB).
fn gain(percent: u8) -> f32 {
    (f32::from(percent.min(LOUDEST)) / f32::from(LOUDEST)).powi(2)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use parley_audio::playback::Renderer;

    use super::*;

    fn started(setting: u8, file: &Path) -> (Volume, Mixer) {
        let (mixer, _) = Renderer::new(1_000, 10);
        (Volume::with(mixer.clone(), setting, Some(file.to_owned())), mixer)
    }

    #[test]
    fn it_is_applied_at_once_and_survives_a_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("parley/volume.json");
        let (volume, mixer) = started(80, &file);
        assert_eq!((volume.get(), mixer.volume()), (80, 0.8 * 0.8));
        volume.set(50).expect("the folder can be made");
        assert_eq!((volume.get(), mixer.volume()), (50, 0.25));
        let (again, mixer) = started(80, &file);
        assert_eq!((again.get(), mixer.volume()), (50, 0.25));
        again.clone().set(200).expect("it can be written");
        assert_eq!((again.get(), mixer.volume(), started(80, &file).0.get()), (100, 1.0, 100));
    }

    #[test]
    fn a_setting_that_was_changed_since_wins() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(FILE);
        started(80, &file).0.set(20).expect("it can be written");
        assert_eq!(started(60, &file).0.get(), 60);
        assert_eq!(started(80, &file).0.get(), 20);
    }

    #[test]
    fn a_damaged_file_is_none_and_no_link_is_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(FILE);
        for content in
            [&b""[..], b"{", b"7", br#"{"volume":101,"setting":80}"#, br#"{"volume":-1,"setting":80}"#, &[255; 9]]
        {
            std::fs::write(&file, content).expect("it can be written");
            assert_eq!(started(80, &file).0.get(), 80, "{content:?}");
        }
        let other = folder.path().join("other");
        std::fs::write(&other, br#"{"volume":1,"setting":80}"#).expect("it can be written");
        std::fs::remove_file(&file).expect("it is there");
        std::os::unix::fs::symlink(&other, &file).expect("a link");
        let (volume, _) = started(80, &file);
        assert_eq!(volume.get(), 80);
        volume.set(30).expect("the link is replaced");
        assert_eq!(std::fs::read(&other).expect("it is there"), br#"{"volume":1,"setting":80}"#);
        assert_eq!(started(80, &file).0.get(), 30);
    }

    #[test]
    fn where_nothing_can_be_remembered_it_is_set_all_the_same() {
        let (mixer, _) = Renderer::new(1_000, 10);
        let volume = Volume::with(mixer.clone(), 100, None);
        volume.set(10).expect_err("there is no folder");
        assert_eq!(volume.get(), 10);
        let (volume, _) = started(100, Path::new("/dev/null/volume.json"));
        volume.set(10).expect_err("it is no folder");
        assert_eq!(volume.get(), 10);
    }

    #[test]
    fn a_setting_that_is_changed_while_it_runs_wins_and_is_the_one_that_is_remembered() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(FILE);
        let (volume, mixer) = started(80, &file);
        volume.set(20).expect("it can be written");
        volume.take_over(50).expect("it can be written");
        assert_eq!((volume.get(), mixer.volume()), (50, 0.25));
        volume.set(30).expect("it can be written");
        assert_eq!(started(50, &file).0.get(), 30);
        assert_eq!(started(80, &file).0.get(), 80, "it was changed back");
    }
}
