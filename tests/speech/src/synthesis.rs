//! Speech from installed synthesisers.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::description::{Spoken, Synthesiser, Voice};
use crate::packages::run;
use crate::samples::read_wav;

/// Words per minute of `espeak-ng` at speed 1: its own default, 175, is hurried.
const ESPEAK_WORDS_PER_MINUTE: f64 = 150.0;

/// Lets `voice` say `text` and returns the samples; `file` is overwritten with the synthesiser's own output.
///
/// # Errors
/// When the synthesiser is not installed or fails.
pub fn speak(voice: &Voice, spoken: &Spoken, text: &str, file: &Path) -> Result<Vec<f32>> {
    match voice.synthesiser {
        Synthesiser::Flite => {
            let stretch = format!("duration_stretch={:.4}", 1.0 / spoken.speed);
            let (option, what) = match &spoken.phonemes {
                Some(phonemes) => ("-p", phonemes.as_str()),
                None => ("-t", text),
            };
            run(Command::new("flite").args(["-voice", &voice.name, "--setf", &stretch, option, what, "-o"]).arg(file))?;
        }
        Synthesiser::EspeakNg => {
            ensure!(spoken.phonemes.is_none(), "phonemes are written for flite: choose one of its voices for {text:?}");
            let speed = format!("{:.0}", ESPEAK_WORDS_PER_MINUTE * spoken.speed);
            run(Command::new("espeak-ng").args(["-v", &voice.name, "-s", &speed, "-w"]).arg(file).args(["--", text]))?;
        }
    }
    read_wav(file)
}
