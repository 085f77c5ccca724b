//! A tap of what is really played: the reference for echo cancelling.
//!
//! Rules:
//! - A block is written when its last sample has been heard, so nothing that was taken back is ever in it: a block is a
//!   period, or the beginning of one whose rest was dropped. It comes at most two periods after the sound.
//! - Silence that the loudspeaker was given is sound too: positions count it. What a device plays while it has nothing
//!   is not, and is seen in the times.
//! - Nobody waits for a slow reader: what does not fit is left out and counted, the newest first, whole blocks at a
//!   time; positions go on.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use rtrb::{Consumer, Producer, RingBuffer};

use super::mixer::Shared;
use crate::real_time::frames_to_duration;

/// What a reader may be late by, in milliseconds.
pub(super) const TAP_MS: usize = 1_000;
/// Blocks that a reader may be late by: twice the periods in that time, because some are cut short.
const MAX_BLOCKS: usize = 200;
/// Periods on their way to the ear. Beyond, the oldest count as heard.
const MAX_PERIODS: usize = 256;

/// A piece of what was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TapBlock {
    /// Frames that were played before it, since the loudspeaker was opened.
    pub position: u64,
    /// When its first sample was heard: the moment of writing, and what the card said that it still had to play.
    pub heard_at: Instant,
    /// Its length in frames.
    pub frames: usize,
}

/// Reads what was played; dropping it lets somebody else do so.
#[derive(Debug)]
pub struct Tap {
    shared: Arc<Shared>,
    /// Always there, but for the moment when it is dropped.
    reader: Option<TapReader>,
}

impl Tap {
    pub(super) fn new(shared: Arc<Shared>, mut reader: TapReader) -> Self {
        // What the last reader left.
        while reader.next(&mut Vec::new()).is_some() {}
        shared.is_tapped.set(true);
        Self { shared, reader: Some(reader) }
    }

    /// The next block, whose samples take the place of those in `samples`; `None` where nothing was played meanwhile.
    /// At the loudspeaker's rate, mono, as it was given to the card.
    pub fn next(&mut self, samples: &mut Vec<i16>) -> Option<TapBlock> {
        self.reader.as_mut()?.next(samples)
    }

    /// Whether a sound, not silence, is on its way to the ear: its block is still to come.
    pub fn is_sounding(&self) -> bool {
        self.shared.is_sounding.get()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.shared.is_tapped.set(false);
        *self.shared.tap() = self.reader.take();
    }
}

#[derive(Debug)]
pub(super) struct TapReader {
    samples: Consumer<i16>,
    blocks: Consumer<TapBlock>,
}

impl TapReader {
    fn next(&mut self, samples: &mut Vec<i16>) -> Option<TapBlock> {
        let block = self.blocks.pop().ok()?;
        samples.clear();
        // Written before the block was.
        samples.extend(self.samples.read_chunk(block.frames).into_iter().flatten());
        Some(block)
    }
}

/// The renderer's end of the tap.
#[derive(Debug)]
pub(super) struct TapWriter {
    samples: Producer<i16>,
    blocks: Producer<TapBlock>,
}

/// Both ends, for a loudspeaker whose tap holds so many frames.
pub(super) fn tap(frames: usize) -> (TapWriter, TapReader) {
    let (samples_in, samples) = RingBuffer::new(frames);
    let (blocks_in, blocks) = RingBuffer::new(MAX_BLOCKS);
    (TapWriter { samples: samples_in, blocks: blocks_in }, TapReader { samples, blocks })
}

impl TapWriter {
    /// Takes a block, or leaves it out.
    fn write(&mut self, block: TapBlock, samples: impl Iterator<Item = i16>) -> bool {
        if self.blocks.is_full() {
            return false;
        }
        let Ok(chunk) = self.samples.write_chunk_uninit(block.frames) else { return false };
        chunk.fill_from_iter(samples);
        // Just seen to have room.
        self.blocks.push(block).is_ok()
    }
}

#[derive(Debug, Clone, Copy)]
struct Period {
    heard_at: Instant,
    frames: usize,
    /// Whether it is more than silence.
    sounds: bool,
}

/// What is on its way to the ear, and goes into the tap when it gets there.
#[derive(Debug)]
pub(super) struct OnItsWay {
    tap: TapWriter,
    periods: VecDeque<Period>,
    /// The samples of the periods.
    samples: VecDeque<i16>,
    /// Frames at the beginning of the first period that were heard.
    heard: usize,
    /// Frames that were heard before the first period.
    position: u64,
}

impl OnItsWay {
    /// Keeps so many frames.
    pub(super) fn new(tap: TapWriter, frames: usize) -> Self {
        Self {
            tap,
            periods: VecDeque::with_capacity(MAX_PERIODS),
            samples: VecDeque::with_capacity(frames),
            heard: 0,
            position: 0,
        }
    }

    /// Adds a period that is being written, and will be heard from then on.
    pub(super) fn push(&mut self, period: &[i16], heard_at: Instant, shared: &Shared) {
        let period = &period[..period.len().min(self.samples.capacity())];
        while self.periods.len() == MAX_PERIODS || self.samples.len() + period.len() > self.samples.capacity() {
            self.hand_over(shared);
        }
        let sounds = period.iter().any(|sample| *sample != 0);
        self.periods.push_back(Period { heard_at, frames: period.len(), sounds });
        self.samples.extend(period);
        self.tell(shared);
    }

    /// All but the last `frames` were heard.
    pub(super) fn keep_last(&mut self, frames: usize, shared: &Shared) {
        let mut newly = (self.samples.len() - self.heard).saturating_sub(frames);
        while let Some(first) = self.periods.front()
            && newly > 0
        {
            let heard = newly.min(first.frames - self.heard);
            newly -= heard;
            self.heard += heard;
            if self.heard == first.frames {
                self.hand_over(shared);
            }
        }
    }

    /// What was not heard never will be.
    pub(super) fn drop_unheard(&mut self, shared: &Shared) {
        if let Some(first) = self.periods.front_mut()
            && self.heard > 0
        {
            let rest = std::mem::replace(&mut first.frames, self.heard) - self.heard;
            self.samples.drain(self.heard..self.heard + rest);
            self.hand_over(shared);
        }
        self.periods.clear();
        self.samples.clear();
        self.tell(shared);
    }

    fn tell(&self, shared: &Shared) {
        shared.is_sounding.set(self.periods.iter().any(|period| period.sounds));
    }

    /// The first period goes into the tap.
    fn hand_over(&mut self, shared: &Shared) {
        let Some(Period { heard_at, frames, .. }) = self.periods.pop_front() else { return };
        let block = TapBlock { position: self.position, heard_at, frames };
        {
            let samples = self.samples.drain(..frames);
            if shared.is_tapped.get() && !self.tap.write(block, samples) {
                shared.counters.tap_losses.add(1);
            }
        }
        self.position += frames as u64;
        self.heard = 0;
        self.tell(shared);
    }
}

/// When a sample is heard that comes so many frames after one.
pub(super) fn later(at: Instant, frames: usize, rate_hz: u32) -> Instant {
    at.checked_add(frames_to_duration(frames as u64, rate_hz)).unwrap_or(at)
}
