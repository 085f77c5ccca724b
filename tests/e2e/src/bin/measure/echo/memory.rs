//! How much memory listening takes, with a canceller and with wake words.

use std::time::{Duration, Instant};

use anyhow::Result;
use parley_audio::capture::FRAME_SAMPLES;
use parley_conversation::Position;
use parley_daemon::listening::Detector;
use parley_echo::EchoCanceller;
use parley_engines::ProcessUsage;
use parley_speech::noise::Randomness;
use serde::Serialize;

use super::WAKE_WORDS;
use crate::conditioning::{CARD_HZ, Silent};
use crate::wake::ear;

/// So many of each, since one alone is less than the allocator takes at a time.
const OF_EACH: usize = 8;
/// Frames that each hears, so that all it needs is there: 4 s.
const FRAMES: usize = 200;

/// Mean megabytes that a process grows by for each.
#[derive(Serialize)]
pub struct Memory {
    plain_mb: f64,
    with_canceller_mb: f64,
    with_wake_words_mb: f64,
}

pub fn measure() -> Result<Memory> {
    Ok(Memory {
        plain_mb: grown_mb(|| Ok(Detector::default()))?,
        with_canceller_mb: grown_mb(|| {
            Ok(Detector::default().with_canceller(Box::new(EchoCanceller::new(Silent, CARD_HZ)?)))
        })?,
        with_wake_words_mb: grown_mb(|| {
            let words = ear::all_words(&WAKE_WORDS)?;
            Ok(Detector::default().with_wake_words(words.words, words.stop))
        })?,
    })
}

/// Makes some, lets each of them hear noise, and keeps them until they are counted.
fn grown_mb(make: impl Fn() -> Result<Detector>) -> Result<f64> {
    let resident = || Ok::<_, anyhow::Error>(ProcessUsage::of(std::process::id())?.resident_bytes as f64 / 1e6);
    let (before, begun, mut random) = (resident()?, Instant::now(), Randomness::new(3));
    let mut kept = Vec::new();
    for _ in 0..OF_EACH {
        let mut detector = make()?;
        for number in 1..=FRAMES {
            let frame: [i16; FRAME_SAMPLES] = std::array::from_fn(|_| (random.next_sample() * 500.0) as i16);
            let end = Position((number * FRAME_SAMPLES) as u64);
            let arrived = begun + Duration::from_millis(20) * number as u32;
            detector.hear(&frame, false, end, arrived.into());
        }
        kept.push(detector);
    }
    Ok((resident()? - before) / OF_EACH as f64)
}

impl Memory {
    pub fn line(&self) -> String {
        let Self { plain_mb, with_canceller_mb, with_wake_words_mb } = self;
        format!(
            "listening takes {plain_mb:.1} MB, with echo cancelling {with_canceller_mb:.1}, with \"{}\" and \"stop\" {with_wake_words_mb:.1}",
            WAKE_WORDS.join("\", \"")
        )
    }
}
