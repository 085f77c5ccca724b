//! What kinds of speech there are, and what is made of recordings for some of them.

use anyhow::{Context, Result};
use parley_audio::capture::FRAME_RATE_HZ;
use parley_audio::resample::Resampler;
use parley_audio::sample::extend_i16;
use parley_daemon::workers::Needed;
use parley_engines::{Engine, Speak};
use parley_speech::{Clip, Interruption, SpeechSets};

use crate::room::{samples, workers};

/// The first clips of the set of words are those whose reference somebody else wrote: a read book, and commands.
const READ: usize = 5;
const INDEPENDENT: usize = 12;
/// How much louder than the noise the speech is.
const NOISY_DB: f32 = 10.0;
/// The same across a room,
const FAR_DB: f32 = 20.0;
/// where it is so much quieter than at the microphone,
const DISTANCE_DB: f32 = -20.0;
/// and its echoes come down by 60 dB in so many samples, 0.4 s.
const ECHO: usize = 6_400;

/// Something said, in one kind of speech.
pub struct Case {
    pub kind: &'static str,
    pub text: String,
    pub samples: Vec<i16>,
}

/// All cases.
pub fn cases(sets: &SpeechSets) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    let mut add = |kind, clip: &Clip, change: fn(Vec<i16>) -> Vec<i16>| -> Result<()> {
        cases.push(Case { kind, text: clip.text.clone(), samples: change(samples(sets, clip)?) });
        Ok(())
    };
    for (number, clip) in sets.words.iter().enumerate() {
        let kind = match number {
            ..READ => "en, people, a read book",
            READ..INDEPENDENT => "en, people, commands and cards",
            _ => "en, people, telephone",
        };
        add(kind, clip, |unchanged| unchanged)?;
        add("en, people, noisy", clip, |samples| noisy(samples, NOISY_DB))?;
        add("en, people, far", clip, far)?;
    }
    for clip in &sets.barge_in {
        let is_person = clip.clip.licence.starts_with("CC") || clip.clip.licence.starts_with("BSD");
        if clip.interruption == Interruption::Words && is_person {
            add("en, people, short", &clip.clip, |unchanged| unchanged)?;
        }
    }
    for clip in &sets.fast {
        add("en, fast", clip, |unchanged| unchanged)?;
    }
    for clip in &sets.repetitions {
        add("en, repetitive", clip, |unchanged| unchanged)?;
    }
    for clip in &sets.sentences {
        let kind = match clip.language.as_str() {
            "de" => "de, a machine",
            "es" => "es, a machine",
            "fr" => "fr, a machine",
            "it" => "it, a machine",
            _ => "another language, a machine",
        };
        add(kind, clip, |unchanged| unchanged)?;
    }
    Ok(cases)
}

/// The repetitive sentences, each said by the next of several synthesisers' voices, and by the product's own voice.
pub async fn repetitive(sets: &SpeechSets) -> Result<Vec<Case>> {
    let clips = parley_speech::prepare_repetitive(&sets.folder)?;
    said(sets, clips, ["en, 200 repetitive, flite and espeak-ng", "en, 200 repetitive, Piper"]).await
}

/// A vocabulary, and sentences with its words, said likewise.
pub async fn vocabulary(sets: &SpeechSets) -> Result<(Vec<String>, Vec<Case>)> {
    let (words, clips) = parley_speech::prepare_vocabulary(&sets.folder)?;
    Ok((words, said(sets, clips, ["en, rare names, flite and espeak-ng", "en, rare names, Piper"]).await?))
}

/// The clips, and the same sentences said by the product's own voice.
async fn said(sets: &SpeechSets, clips: Vec<Clip>, kinds: [&'static str; 2]) -> Result<Vec<Case>> {
    let [synthesisers, piper] = kinds;
    let mut cases = Vec::new();
    for clip in &clips {
        cases.push(Case { kind: synthesisers, text: clip.text.clone(), samples: samples(sets, clip)? });
    }
    let workers = workers(Needed::TextToSpeech).await?;
    let engine = workers.text_to_speech().context("text-to-speech was not started")?;
    for clip in clips {
        let samples = spoken(engine.as_ref(), &clip.text).await?;
        cases.push(Case { kind: piper, text: clip.text, samples });
    }
    workers.shut_down().await;
    Ok(cases)
}

/// As a voice says it, at the rate of a microphone.
async fn spoken(engine: &dyn Engine<parley_engines::TextToSpeech>, text: &str) -> Result<Vec<i16>> {
    let mut job = engine.start(Speak { text: text.to_owned(), language: Some("en".to_owned()) });
    let (mut resampler, mut sound) = (None, Vec::new());
    while let Some(block) = job.next().await {
        let block = block?;
        let resampler = match &mut resampler {
            Some(resampler) => resampler,
            none => none.insert(Resampler::new(block.rate_hz, FRAME_RATE_HZ)?),
        };
        resampler.process(block.audio.as_slice(), &mut sound);
    }
    if let Some(mut resampler) = resampler {
        resampler.finish(&mut sound);
    }
    let mut samples = Vec::with_capacity(sound.len());
    extend_i16(&sound, &mut samples);
    Ok(samples)
}

/// With steady noise, the same for every clip.
fn noisy(samples: Vec<i16>, louder_db: f32) -> Vec<i16> {
    let mean = |sum: f32| (sum / samples.len().max(1) as f32).sqrt();
    let level = mean(samples.iter().map(|sample| f32::from(*sample).powi(2)).sum());
    // Evenly spread noise has a root mean square of 0.577 of its peak.
    let peak = level / 10.0_f32.powf(louder_db / 20.0) / 0.577;
    let mut seed = 1_u32;
    let with_noise = samples.iter().map(|sample| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (seed >> 8) as f32 / (1 << 23) as f32 - 1.0;
        (f32::from(*sample) + noise * peak) as i16
    });
    with_noise.collect()
}

/// Across a room: quieter, with echoes and with noise.
fn far(samples: Vec<i16>) -> Vec<i16> {
    let echoes =
        [(0, 1.0), (331, 0.5), (577, 0.4), (883, 0.4), (1_361, 0.35), (2_113, 0.3), (3_001, 0.2), (4_507, 0.15)];
    let quieter = 10.0_f32.powf(DISTANCE_DB / 20.0);
    let mut sound = vec![0.0_f32; samples.len() + ECHO];
    for (delay, gain) in echoes {
        let fading = 10.0_f32.powf(-3.0 * delay as f32 / ECHO as f32);
        for (place, sample) in sound.iter_mut().skip(delay).zip(&samples) {
            *place += f32::from(*sample) * gain * fading * quieter;
        }
    }
    noisy(sound.into_iter().map(|sample| sample as i16).collect(), FAR_DB)
}
