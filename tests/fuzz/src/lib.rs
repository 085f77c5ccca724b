//! What reads bytes from outside, each as a function of those bytes: none may panic, hang, or ask for memory without limit.
//!
//! `cargo xtask fuzz` runs them under libFuzzer; a test runs them on small mutations of good inputs.

use std::io::{Cursor, Write};

use parley_audio::wav::WavReader;
use parley_daemon::config::Config;
use parley_engines::protocol::{self, Command, Report};
use parley_engines::{Generate, Spoken};
use parley_model_file::Format;
use parley_models::Manifest;
use parley_setup::owner::Setup;

/// A frame of the pipe between Parley and a worker; what is understood is written back as it was.
///
/// # Panics
/// What was read is not what is written.
pub fn worker_frame(bytes: &[u8]) {
    if let Ok(report) = protocol::read::<Report<Spoken>>(bytes) {
        let written = protocol::encode(&report).unwrap_or_default();
        let again = protocol::read::<Report<Spoken>>(&*written).ok();
        assert_eq!(format!("{again:?}"), format!("{:?}", Some(report)));
    }
    drop(protocol::read::<Command<Generate>>(bytes));
}

/// A recording that somebody hands to `parley transcribe`.
pub fn wav(bytes: &[u8]) {
    let Some(file) = on_disk(bytes) else { return };
    let Ok(mut reader) = WavReader::open(file.path()) else { return };
    let mut block = [0.0; 1_000];
    while reader.read(&mut block).is_ok_and(|frames| frames > 0) {}
}

/// A model file, looked at as each format.
pub fn model_file(bytes: &[u8]) {
    for format in [Format::Ggml, Format::Gguf, Format::Onnx] {
        drop(parley_model_file::check_in(Cursor::new(bytes), format));
    }
}

/// A model manifest.
pub fn model_manifest(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        drop(Manifest::parse(text));
    }
}

/// A `parley.toml`; what is understood is written back as it was.
///
/// # Panics
/// What was read is not what is written.
pub fn configuration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(config) = toml::from_str::<Config>(text) {
        let written = toml::to_string(&config).unwrap_or_default();
        assert_eq!(toml::from_str::<Config>(&written).ok(), Some(config));
    }
}

/// An owner's `parley-setup.toml`.
pub fn owners_file(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        drop(Setup::parse(text));
    }
}

fn on_disk(bytes: &[u8]) -> Option<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new().ok()?;
    file.write_all(bytes).ok()?;
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Some bytes of a good input are changed, left out or doubled.
    fn check(target: fn(&[u8]), good: &[u8]) {
        let mut random = fastrand::Rng::with_seed(7);
        target(good);
        for _ in 0..300 {
            let mut bytes = good.to_vec();
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

    #[test]
    fn every_target_takes_good_inputs_and_their_mutations() {
        let report =
            Report::Output { job: protocol::JobId(1), output: Spoken { rate_hz: 22_050, audio: vec![1, -2, 3] } };
        check(worker_frame, &protocol::encode(&report).unwrap());
        let mut recording =
            b"RIFF\x2c\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\x08\0\0\0".to_vec();
        recording.extend([1, 0, 2, 0, 3, 0, 4, 0]);
        check(wav, &recording);
        check(model_file, b"GGUF\x03\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        check(model_file, b"lmgg\x01\0\0\0");
        check(model_manifest, b"[[profile]]\nname = 'p'\ndescription = 'x'\n");
        check(configuration, b"[audio]\ninput = \"hw:0\"\n[conversation]\nbarge-in = \"key\"\n");
        check(owners_file, b"[wifi]\nssid = \"home\"\n");
    }
}
