//! What listens: all that a microphone's sound goes through in the product, and what it took for the word.

use std::collections::VecDeque;

use anyhow::{Result, ensure};
use parley_audio::capture::FRAME_SAMPLES;
use parley_conversation::Position;
use parley_daemon::listening::Detector;
use parley_daemon::own_words::OwnWords;
use parley_daemon::wake_words::WakeWords;
use parley_e2e::product::catalogue;
use parley_settings::{Config, WakeWord};
use tokio::time::Instant;

use super::USUAL;

/// A second look is at the words since so many samples before the word's end, 1.6 s, as in the product.
const LOOKED_AT: usize = 25_600;
/// So many samples are kept: that, and what was heard until the word was known.
const KEPT: usize = LOOKED_AT + 16_000;

/// The name under which "stop" is listened for.
pub const STOP: &str = "\"stop\"";

/// What was taken for the word, or may have been it.
pub struct Taken {
    /// Where it ended, in samples of the ear's sound.
    pub at: usize,
    /// Otherwise it was in doubt, and somebody looks at the words.
    pub sure: bool,
    /// What a second look is at.
    pub sound: Vec<i16>,
}

/// One microphone, from the moment when it was switched on.
pub struct Ear {
    detector: Detector,
    /// What is no whole frame yet.
    rest: Vec<i16>,
    heard: usize,
    kept: VecDeque<i16>,
    pub taken: Vec<Taken>,
}

impl Ear {
    pub fn new(detector: Detector) -> Self {
        Self { detector, rest: Vec::new(), heard: 0, kept: VecDeque::with_capacity(KEPT), taken: Vec::new() }
    }

    /// Samples that were heard, in whole frames.
    pub fn heard(&self) -> usize {
        self.heard
    }

    /// Hears sound at 16 kHz, full scale is 1, however it is cut.
    pub fn push(&mut self, sound: &[f32]) {
        let mut rest = std::mem::take(&mut self.rest);
        rest.extend(sound.iter().map(|sample| (sample * 32_767.0) as i16));
        let (frames, left) = rest.as_chunks::<FRAME_SAMPLES>();
        for frame in frames {
            let end = Position((self.heard + FRAME_SAMPLES) as u64);
            self.hear(frame, end, Instant::now());
        }
        self.rest = left.to_vec();
    }

    /// Hears a frame that ends there in its microphone's sound, and arrived then.
    pub fn hear(&mut self, frame: &[i16; FRAME_SAMPLES], end: Position, arrived: Instant) {
        let heard = self.detector.hear(frame, false, end, arrived);
        self.heard += FRAME_SAMPLES;
        if self.kept.len() + FRAME_SAMPLES > KEPT {
            self.kept.drain(..FRAME_SAMPLES);
        }
        self.kept.extend(heard.samples);
        if heard.stop {
            self.taken.push(Taken { at: self.heard, sure: true, sound: Vec::new() });
        }
        if let Some(name) = heard.name {
            let ago = (end.0.saturating_sub(name.ended.0)) as usize;
            let from = self.kept.len().saturating_sub(ago + LOOKED_AT);
            let sound = self.kept.range(from..).copied().collect();
            self.taken.push(Taken { at: self.heard.saturating_sub(ago), sure: name.sure, sound });
        }
    }
}

/// The word of this name, or out of this file, with its maker's cutoff.
pub fn words(named: &str) -> Result<WakeWords> {
    all_words(&[named])
}

/// Several of them, and "stop".
pub fn all_words(named: &[&str]) -> Result<WakeWords> {
    let mut config = Config::default();
    config.conversation.wake_words = named.iter().map(|named| WakeWord::Usual((*named).to_owned())).collect();
    let read = WakeWords::named(&config, &catalogue()?, &OwnWords::of_this_machine());
    ensure!(read.problems.is_empty(), "{}", read.problems.join("\n"));
    Ok(read)
}

/// What hears that word, or what ends an answer.
pub fn listener(named: &str) -> Result<Detector> {
    if named == STOP {
        return Ok(Detector::default().with_wake_words(Vec::new(), words(USUAL)?.stop));
    }
    Ok(Detector::default().with_wake_words(words(named)?.words, None))
}
