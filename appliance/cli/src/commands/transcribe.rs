//! `parley transcribe`: recordings to text.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use parley_audio::resample::Resampler;
use parley_audio::sample::extend_i16;
use parley_audio::wav::WavReader;
use parley_engines::{Engine, SpeechToText, Transcribe};
use serde::Serialize;

use super::{common, output};
use parley_daemon::conductor::milliseconds;
use parley_daemon::workers::{Needed, Workers};
use parley_settings::{Config, language};

const RATE_HZ: usize = 16_000;
/// Recordings are cut into stretches of at most this length, where they are quietest.
const LONGEST_S: usize = 28;
/// Where a cut is looked for: the last seconds of a stretch.
const CUT_WITHIN_S: usize = 10;
const BLOCK: usize = 16_000;
/// Below this the words were made up from noise.
const LEAST_CONFIDENCE: f32 = 0.3;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// WAV files, of any sample rate, bit depth and number of channels
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print one line of JSON for each file: {file, text, language, audio_ms, elapsed_ms}
    #[arg(long)]
    json: bool,
    /// The spoken language (ISO 639-1) [default: the configured one, or detected]
    #[arg(long, value_name = "CODE", value_parser = language::parse)]
    language: Option<String>,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    file: &'a Path,
    text: String,
    language: String,
    audio_ms: f64,
    elapsed_ms: f64,
}

/// Transcribes each file; a file that fails does not stop the others.
pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    let models = common::selection(config)?;
    let failed = common::block_on(async {
        let workers = Workers::spawn(config, &models, Needed::SpeechToText)?;
        let listening = common::ready(workers.speech_to_text()).await?;
        let expected = options.language.as_ref().unwrap_or(&config.conversation.language);
        let language = Some(expected.as_str()).filter(|code| *code != language::AUTO);
        let mut failed = 0;
        for file in &options.files {
            match transcribe(file, language, listening.as_ref()).await {
                Ok(line) if options.json => output::json(&line)?,
                Ok(line) if options.files.len() > 1 => output::line(format_args!("{}: {}", file.display(), line.text))?,
                Ok(line) => output::line(line.text)?,
                Err(error) => {
                    failed += 1;
                    output::complain("parley", &error.context(format!("cannot transcribe {}", file.display())));
                }
            }
        }
        workers.shut_down().await;
        Ok(failed)
    })?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn transcribe<'a>(file: &'a Path, language: Option<&str>, engine: &dyn Engine<SpeechToText>) -> Result<Line<'a>> {
    let begun = Instant::now();
    let mut wav = WavReader::open(file)?;
    if wav.is_cut_short() {
        output::remark(format_args!("{}: the file is cut short; what it holds is transcribed", file.display()));
    }
    let mut resampler = Resampler::new(wav.rate_hz(), RATE_HZ as u32)?;
    let (mut texts, mut samples, mut heard) = (Vec::new(), Vec::new(), 0);
    let mut spoken = language.map(str::to_owned);
    let mut converted = Vec::new();
    let mut block = vec![0.0; BLOCK];
    loop {
        let read = wav.read(&mut block)?;
        resampler.process(block.get(..read).unwrap_or_default(), &mut converted);
        if read == 0 {
            resampler.finish(&mut converted);
        }
        extend_i16(&converted, &mut samples);
        converted.clear();
        let end = read == 0;
        while samples.len() > LONGEST_S * RATE_HZ || (end && !samples.is_empty()) {
            let cut = if samples.len() <= LONGEST_S * RATE_HZ { samples.len() } else { quietest_place(&samples) };
            let rest = samples.split_off(cut);
            heard += samples.len();
            let audio = std::mem::replace(&mut samples, rest).into();
            let mut job = engine.start(Transcribe { language: spoken.clone(), audio });
            let done = job.next().await.context("the engine gave no answer")??;
            if !done.text.is_empty() && done.confidence >= LEAST_CONFIDENCE {
                spoken.get_or_insert(done.language);
                texts.push(done.text);
            }
        }
        if end {
            break;
        }
    }
    Ok(Line {
        file,
        text: texts.join(" "),
        language: spoken.unwrap_or_default(),
        audio_ms: milliseconds(Duration::from_secs_f64(heard as f64 / RATE_HZ as f64)),
        elapsed_ms: milliseconds(begun.elapsed()),
    })
}

/// The middle of the quietest 200 ms near the end of the longest stretch.
fn quietest_place(samples: &[i16]) -> usize {
    const WINDOW: usize = RATE_HZ / 50;
    const WINDOWS: usize = 10;
    let end = (LONGEST_S * RATE_HZ).min(samples.len());
    let start = end.saturating_sub(CUT_WITHIN_S * RATE_HZ);
    let energies: Vec<f64> = samples
        .get(start..end)
        .unwrap_or_default()
        .chunks(WINDOW)
        .map(|window| window.iter().map(|sample| f64::from(*sample).powi(2)).sum())
        .collect();
    let quietest = energies
        .windows(WINDOWS)
        .enumerate()
        .min_by(|(_, a), (_, b)| a.iter().sum::<f64>().total_cmp(&b.iter().sum::<f64>()))
        .map_or(energies.len(), |(index, _)| index + WINDOWS / 2);
    (start + quietest * WINDOW).min(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_recording_is_cut_where_nobody_speaks() {
        let loud = |seconds: f64| vec![5_000_i16; (seconds * RATE_HZ as f64) as usize];
        let mut samples = loud(20.0);
        samples.extend(vec![0; RATE_HZ]);
        samples.extend(loud(20.0));
        let cut = quietest_place(&samples);
        assert!((20 * RATE_HZ..21 * RATE_HZ).contains(&cut), "cut at {cut}");
        assert!(quietest_place(&loud(40.0)) <= LONGEST_S * RATE_HZ);
    }
}
