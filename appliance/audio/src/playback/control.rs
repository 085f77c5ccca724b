//! A feed's controls and gauges: atomics only, so that any thread may use them and none waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::mixer::{Gain, Lease, Part};
use crate::counter::{Counter, Flag};

/// The name of a stream: what is said between two discards. Later streams are greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct StreamId(pub(crate) u32);

/// What the loudspeaker has been through.
#[derive(Debug, Default)]
pub struct PlaybackCounters {
    /// Times the device ran empty.
    pub underruns: Counter,
    /// Times a stream ran dry and then went on: synthesis was slower than speech. All feeds together.
    pub gaps: Counter,
    /// Times the device went away.
    pub losses: Counter,
    /// Blocks that the reader of the tap was too slow for.
    pub tap_losses: Counter,
    /// The device is away; nothing is heard until it is back.
    pub is_lost: Flag,
    /// Rises while the playback thread moves, whether or not there is a device.
    pub beats: Counter,
    /// The thread may not be real-time: periods come late when the machine is busy.
    pub is_late: Flag,
    /// The device keeps no time of its own.
    pub is_unpaced: Flag,
}

/// Starts, stops and watches a feed; clones control the same one. Other feeds go on, whatever it does.
#[derive(Debug, Clone)]
pub struct Control {
    pub(super) lease: Arc<Lease>,
}

impl Control {
    /// The current stream.
    pub fn stream(&self) -> StreamId {
        self.words().command().stream
    }

    /// Falls silent and keeps the rest of the stream; within a period the device drops what it has not played.
    pub fn pause(&self) {
        self.words().change(|command| Command { paused: true, ..command });
    }

    /// Goes on with the first sample that was not heard.
    pub fn resume(&self) {
        self.words().change(|command| Command { paused: false, ..command });
    }

    /// Whether the feed is told to pause.
    pub fn is_paused(&self) -> bool {
        self.words().command().paused
    }

    /// Ends the current stream, drops everything of it, and starts a new one, which is not paused.
    pub fn discard(&self) -> StreamId {
        self.words().discard()
    }

    /// Frames of the current stream that were heard.
    pub fn heard(&self) -> u64 {
        self.heard_of(self.stream()).unwrap_or(0)
    }

    /// Frames of `stream` that were heard: final a period after that stream was discarded. `None` for a stream
    /// before the last one.
    pub fn heard_of(&self, stream: StreamId) -> Option<u64> {
        // In this order: the audio thread writes down the stream that ended before it reports of the next one.
        let current = Progress::unpack(self.words().heard.load(Ordering::Acquire));
        if current.stream == stream {
            return Some(current.frames.into());
        }
        let ended = Progress::unpack(self.words().ended.load(Ordering::Acquire));
        if ended.stream == stream {
            Some(ended.frames.into())
        } else {
            // A stream that the audio thread has not begun, or never saw because the next discard came at once.
            (stream > ended.stream).then_some(0)
        }
    }

    /// Whether all that was offered of the current stream has been heard; true before anything is offered.
    pub fn is_drained(&self) -> bool {
        let stream = self.stream();
        let offered = Progress::unpack(self.words().offered.load(Ordering::Acquire));
        offered.stream != stream || u64::from(offered.frames) <= self.heard_of(stream).unwrap_or(0)
    }

    /// Sets the loudness of this feed, 0..=1, under those of the mixer; within 20 ms without a click. Starts at 1.
    pub fn set_gain(&self, gain: f32) {
        self.words().gain.set(gain);
    }

    /// What the loudspeaker has been through.
    pub fn counters(&self) -> &PlaybackCounters {
        &self.lease.shared.counters
    }

    fn words(&self) -> &Words {
        self.lease.words()
    }
}

/// What the renderer is told to do, in one word so that it is never half read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Command {
    pub(super) stream: StreamId,
    pub(super) part: Part,
    pub(super) paused: bool,
}

impl Command {
    fn pack(self) -> u64 {
        u64::from(self.stream.0) << 8 | (self.part as u64) << 1 | u64::from(self.paused)
    }

    fn unpack(word: u64) -> Self {
        let part = Part::ALL.get((word >> 1 & 0x7f) as usize).copied().unwrap_or_default();
        Self { stream: StreamId((word >> 8) as u32), part, paused: word & 1 == 1 }
    }
}

/// How far a stream has come, in one word. 32 bits of frames are a day at 48 kHz; beyond, the count stays there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Progress {
    pub(super) stream: StreamId,
    pub(super) frames: u32,
}

impl Progress {
    pub(super) fn new(stream: StreamId, frames: u64) -> Self {
        Self { stream, frames: u32::try_from(frames).unwrap_or(u32::MAX) }
    }

    fn pack(self) -> u64 {
        u64::from(self.stream.0) << 32 | u64::from(self.frames)
    }

    fn unpack(word: u64) -> Self {
        Self { stream: StreamId((word >> 32) as u32), frames: word as u32 }
    }
}

/// What control, feed and renderer tell each other of one feed.
#[derive(Debug, Default)]
pub(super) struct Words {
    command: AtomicU64,
    heard: AtomicU64,
    ended: AtomicU64,
    offered: AtomicU64,
    pub(super) gain: Gain,
}

impl Words {
    /// Begins to be the words of another feed; the one before was discarded.
    pub(super) fn open(&self, part: Part) {
        self.gain.set(1.0);
        self.change(|command| Command { part, ..command });
    }

    pub(super) fn command(&self) -> Command {
        Command::unpack(self.command.load(Ordering::Acquire))
    }

    pub(super) fn discard(&self) -> StreamId {
        self.change(|command| Command { stream: StreamId(command.stream.0 + 1), paused: false, ..command }).stream
    }

    fn change(&self, change: impl Fn(Command) -> Command) -> Command {
        let changed = |word| change(Command::unpack(word)).pack();
        let before = self.command.fetch_update(Ordering::AcqRel, Ordering::Acquire, |word| Some(changed(word)));
        change(Command::unpack(before.unwrap_or_else(|word| word)))
    }

    pub(super) fn set_offered(&self, progress: Progress) {
        self.offered.store(progress.pack(), Ordering::Release);
    }

    pub(super) fn set_heard(&self, progress: Progress) {
        self.heard.store(progress.pack(), Ordering::Release);
    }

    pub(super) fn set_ended(&self, progress: Progress) {
        self.ended.store(progress.pack(), Ordering::Release);
    }
}
