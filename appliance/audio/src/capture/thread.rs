//! The capture thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, RingBuffer};

use super::source::Source;
use crate::counter::{Counter, Flag};
use crate::device::DeviceLost;
use crate::real_time::{PacingGuard, reopen_until};
use crate::sample::downmix;

/// What the microphone's ring holds, in seconds; beyond, the newest samples are dropped.
const RING_SECONDS: usize = 2;
/// More stamps than periods fit into the ring, down to periods of 2 ms.
const STAMPS: usize = 1_024;
/// Wait for a device that gave nothing: a period.
const PAUSE: Duration = Duration::from_millis(10);
/// Channels that are mixed at most: the largest microphone arrays; a period of more is cut.
pub(super) const MAX_CHANNELS: usize = 32;

/// What the microphone has been through.
#[derive(Debug, Default)]
pub struct CaptureCounters {
    /// Frames of the device that were taken.
    pub frames: Counter,
    /// Frames that were dropped because listening was two seconds behind.
    pub dropped: Counter,
    /// Times the device ran over before it was read.
    pub overruns: Counter,
    /// Times the device went away.
    pub losses: Counter,
    /// The device is away; nothing is heard until it is back.
    pub is_lost: Flag,
}

/// "The ring's samples up to `end` had arrived by `at`."
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    /// Samples that were put into the ring so far.
    pub(super) end: u64,
    pub(super) at: Instant,
}

/// The listening ends of the rings.
#[derive(Debug)]
pub(super) struct RingEnds {
    pub(super) samples: Consumer<i16>,
    pub(super) stamps: Consumer<Stamp>,
}

/// The allocation-free step of the capture thread, with everything that it needs.
pub(super) struct Recorder<S> {
    source: S,
    interleaved: Box<[i16]>,
    mono: Box<[i16]>,
    samples: Producer<i16>,
    stamps: Producer<Stamp>,
    end: u64,
    counters: Arc<CaptureCounters>,
}

impl<S: Source> Recorder<S> {
    pub(super) fn new(source: S, counters: Arc<CaptureCounters>) -> (Self, RingEnds) {
        let format = source.format();
        let (samples, samples_end) = RingBuffer::new(format.rate_hz as usize * RING_SECONDS);
        let (stamps, stamps_end) = RingBuffer::new(STAMPS);
        let recorder = Self {
            interleaved: vec![0; format.period_frames * MAX_CHANNELS].into(),
            mono: vec![0; format.period_frames].into(),
            source,
            samples,
            stamps,
            end: 0,
            counters,
        };
        (recorder, RingEnds { samples: samples_end, stamps: stamps_end })
    }

    /// Reads one period, mixes it and puts it into the ring; returns how many frames the device gave.
    pub(super) fn step(&mut self) -> Result<usize, DeviceLost> {
        let channels = self.source.format().channels;
        let room = (self.mono.len() * channels).min(self.interleaved.len());
        let taken = self.source.read(&mut self.interleaved[..room])?;
        if taken.after_overrun {
            self.counters.overruns.add(1);
        }
        let at = Instant::now();
        let mixed = downmix(&self.interleaved[..(taken.frames * channels).min(room)], channels, &mut self.mono);
        let kept = mixed.min(self.samples.slots());
        if kept > 0 {
            self.end += kept as u64;
            // Before the samples, so that each finds its stamp. Without room for it, a later stamp serves as well; and
            // where the newest samples are dropped, the kept ones came earlier by their length, which is too little to
            // matter.
            let _ = self.stamps.push(Stamp { end: self.end, at });
            let _ = self.samples.push_partial_slice(&self.mono[..kept]);
        }
        self.counters.frames.add(mixed as u64);
        self.counters.dropped.add((mixed - kept) as u64);
        Ok(taken.frames)
    }

    pub(super) fn run(mut self, stop: &Flag) {
        let rate_hz = self.source.format().rate_hz;
        let mut guard = PacingGuard::new(rate_hz, Instant::now());
        while !stop.get() {
            match self.step() {
                Ok(frames) => {
                    // A device that gives nothing and does not wait either would take the whole core.
                    let ahead = if frames == 0 { PAUSE } else { guard.moved(frames, Instant::now()) };
                    if !ahead.is_zero() {
                        std::thread::sleep(ahead);
                    }
                }
                Err(_lost) => {
                    self.counters.losses.add(1);
                    self.counters.is_lost.set(true);
                    if !reopen_until(stop, || self.source.reopen(), || {}) {
                        return;
                    }
                    self.counters.is_lost.set(false);
                    guard = PacingGuard::new(rate_hz, Instant::now());
                }
            }
        }
    }
}
