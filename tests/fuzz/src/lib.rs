//! What reads bytes from outside, each as a function of those bytes: none may panic, hang, or ask for memory without
//! limit.
//!
//! `cargo xtask fuzz` runs them under libFuzzer, from the good inputs in `seeds` on; a test runs them on small
//! mutations of those. Each says whether it understood its input.

use std::io::{Cursor, Write};
use std::path::Path;

use parley_audio::wav::WavReader;
use parley_door::{FrameCutter, FromClient, LineCutter, SoundFromClient};
use parley_engines::protocol::{self, Command, Report};
use parley_engines::{Generate, Spoken};
use parley_model_file::Format;
use parley_models::Manifest;
use parley_settings::{Config, Layer};
use parley_setup::owner::Setup;

/// A frame of the pipe between Parley and a worker; what is understood is written back as it was.
///
/// # Panics
/// What was read is not what is written.
pub fn worker_frame(bytes: &[u8]) -> bool {
    let report = protocol::read::<Report<Spoken>>(bytes);
    if let Ok(report) = &report {
        let written = protocol::encode(report).unwrap_or_default();
        let again = protocol::read::<Report<Spoken>>(&*written).ok();
        assert_eq!(format!("{again:?}"), format!("{:?}", Some(report)));
    }
    report.is_ok() || protocol::read::<Command<Generate>>(bytes).is_ok()
}

/// What a client says at the local door; every line that is understood is written back as it was.
///
/// # Panics
/// What was read is not what is written, or the lines depend on the pieces in which they came.
pub fn door(bytes: &[u8]) -> bool {
    sound_frames(bytes);
    let (mut cutter, mut understood) = (LineCutter::default(), false);
    let mut lines = Vec::new();
    for piece in bytes.chunks(7) {
        cutter.push(piece);
        loop {
            match cutter.next_line() {
                Ok(Some(line)) => lines.push(line.to_vec()),
                Ok(None) => break,
                Err(_) => return false,
            }
        }
    }
    let whole: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    assert_eq!(lines, whole[..whole.len().saturating_sub(1)]);
    for line in &lines {
        let Ok(message) = serde_json::from_slice::<FromClient>(line) else { continue };
        // What is not known cannot be written.
        let Ok(written) = serde_json::to_vec(&message) else { continue };
        assert_eq!(serde_json::from_slice::<FromClient>(&written).ok(), Some(message));
        understood = true;
    }
    understood
}

/// The same bytes as frames for the socket for sound; each is written as it was.
fn sound_frames(bytes: &[u8]) {
    let (mut cutter, mut written, mut all_known) = (FrameCutter::default(), Vec::new(), true);
    for piece in bytes.chunks(7) {
        cutter.push(piece);
        loop {
            match cutter.next_from_client() {
                Ok(Some(frame)) => {
                    all_known &= frame != SoundFromClient::Unknown;
                    frame.write(&mut written);
                }
                Ok(None) => break,
                Err(_) => return,
            }
        }
    }
    assert!(!all_known || bytes.starts_with(&written));
}

/// A recording that somebody hands to `parley transcribe`.
pub fn wav(bytes: &[u8]) -> bool {
    let Some(file) = on_disk(bytes) else { return false };
    let Ok(mut reader) = WavReader::open(file.path()) else { return false };
    let mut block = [0.0; 1_000];
    while reader.read(&mut block).is_ok_and(|frames| frames > 0) {}
    true
}

/// A model file, looked at as each format.
pub fn model_file(bytes: &[u8]) -> bool {
    let is = |format| parley_model_file::check_in(Cursor::new(bytes), format).is_ok();
    [Format::Ggml, Format::Gguf, Format::Onnx].map(is).contains(&true)
}

/// A model manifest.
pub fn model_manifest(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Manifest::parse(text).is_ok())
}

/// A `parley.toml`; what is taken of it is written back as it was.
///
/// # Panics
/// What was read is not what is written.
pub fn configuration(bytes: &[u8]) -> bool {
    let read = |bytes: &[u8]| Layer::parse(Path::new("parley.toml"), bytes).over(&Config::default());
    let (config, mistakes) = read(bytes);
    let written = toml::to_string(&config).unwrap_or_default();
    assert_eq!(read(written.as_bytes()), (config, Vec::new()));
    mistakes.is_empty()
}

/// An owner's `parley-setup.toml`.
pub fn owners_file(bytes: &[u8]) -> bool {
    Setup::parse(bytes, &Config::default()).is_ok()
}

fn on_disk(bytes: &[u8]) -> Option<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new().ok()?;
    file.write_all(bytes).ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target takes each of its seeds, and hundreds of inputs with some bytes changed, left out or doubled.
    fn check(name: &str, target: fn(&[u8]) -> bool) {
        let mut random = fastrand::Rng::with_seed(7);
        let seeds = std::fs::read_dir(format!("{}/seeds/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let seeds: Vec<_> = seeds.map(|seed| seed.unwrap().path()).collect();
        assert!(!seeds.is_empty(), "{name} begins with nothing");
        for seed in seeds {
            let good = std::fs::read(&seed).unwrap();
            assert!(target(&good), "{} is not understood", seed.display());
            for _ in 0..300 {
                let mut bytes = good.clone();
                for _ in 0..random.usize(1..6) {
                    let place = random.usize(..bytes.len().max(1)).min(bytes.len());
                    match random.u8(..3) {
                        0 if place < bytes.len() => bytes[place] = random.u8(..),
                        1 => bytes.truncate(place),
                        _ => bytes.splice(place..place, good[..good.len().min(9)].to_vec()).for_each(drop),
                    }
                }
                target(&bytes);
            }
        }
    }

    #[test]
    fn every_target_takes_its_seeds_and_their_mutations() {
        check("worker_frame", worker_frame);
        check("door", door);
        check("wav", wav);
        check("model_file", model_file);
        check("model_manifest", model_manifest);
        check("configuration", configuration);
        check("owners_file", owners_file);
    }
}
