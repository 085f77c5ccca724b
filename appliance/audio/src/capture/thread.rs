//! The capture thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rtrb::{Consumer, Producer, RingBuffer};

use super::channels::ChannelMix;
use super::source::{Source, SourceFormat};
use crate::counter::{Counter, Flag};
use crate::device::DeviceLost;
use crate::real_time::{PacingGuard, duration_to_frames, frames_to_duration, reopen_until};

/// What the microphone's ring holds, in seconds; beyond, the newest samples are dropped.
const RING_SECONDS: usize = 2;
/// The ring has room for two seconds at this rate, in Hz; a device may come back with another one.
const LARGEST_RATE_HZ: u32 = 96_000;
/// Losses and changes of the rate that may wait for the listener: more than periods in two seconds.
const MARKS: usize = 512;
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
    /// How much was taken, in microseconds of sound: what a closed microphone would have heard is not in it.
    pub heard_us: Counter,
    /// Frames that were dropped because listening was two seconds behind.
    pub dropped: Counter,
    /// Times the device ran over before it was read.
    pub overruns: Counter,
    /// Times the device went away.
    pub losses: Counter,
    /// The device is away; nothing is heard until it is back.
    pub is_lost: Flag,
    /// Frames of the device that were lost, whatever the reason; each is silence in what is heard.
    pub lost: Counter,
    /// Rises while the capture thread moves, whether or not there is a device.
    pub beats: Counter,
    /// The thread may not be real-time: sound is lost when the machine is busy.
    pub is_late: Flag,
    /// The device keeps no time of its own.
    pub is_unpaced: Flag,
}

/// "The device's frames up to `end` had arrived by `at`."
#[derive(Debug, Clone, Copy)]
pub(super) struct Stamp {
    /// Frames of the device so far, lost ones included.
    pub(super) end: u64,
    pub(super) at: Instant,
}

/// Something that happened between two samples of the ring.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    /// Samples that were put into the ring before it.
    pub(super) after: u64,
    pub(super) what: Happened,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Happened {
    /// So many frames are missing.
    Lost(u64),
    /// The device has another rate from here on, in Hz.
    Rate(u32),
}

/// The listening ends of the rings.
#[derive(Debug)]
pub(super) struct RingEnds {
    pub(super) samples: Consumer<i16>,
    pub(super) stamps: Consumer<Stamp>,
    pub(super) marks: Consumer<Mark>,
}

/// The allocation-free step of the capture thread, with everything that it needs.
pub(super) struct Recorder<S> {
    source: S,
    format: SourceFormat,
    channels: ChannelMix,
    interleaved: Box<[i16]>,
    mono: Box<[i16]>,
    samples: Producer<i16>,
    stamps: Producer<Stamp>,
    marks: Producer<Mark>,
    /// Frames of the device, lost ones included; and samples that were put into the ring.
    end: u64,
    pushed: u64,
    /// Lost, and not marked yet.
    missing: u64,
    new_rate_hz: Option<u32>,
    last_read: Option<Instant>,
    counters: Arc<CaptureCounters>,
}

impl<S: Source> Recorder<S> {
    pub(super) fn new(source: S, counters: Arc<CaptureCounters>) -> (Self, RingEnds) {
        let format = source.format();
        let (samples, samples_end) = RingBuffer::new(format.rate_hz.max(LARGEST_RATE_HZ) as usize * RING_SECONDS);
        let (stamps, stamps_end) = RingBuffer::new(STAMPS);
        let (marks, marks_end) = RingBuffer::new(MARKS);
        let recorder = Self {
            channels: ChannelMix::new(source.channel()),
            interleaved: vec![0; format.period_frames * MAX_CHANNELS].into(),
            mono: vec![0; format.period_frames].into(),
            source,
            format,
            samples,
            stamps,
            marks,
            end: 0,
            pushed: 0,
            missing: 0,
            new_rate_hz: None,
            last_read: None,
            counters,
        };
        (recorder, RingEnds { samples: samples_end, stamps: stamps_end, marks: marks_end })
    }

    /// Reads one period, mixes it and puts it into the ring; returns how many frames the device gave.
    pub(super) fn step(&mut self) -> Result<usize, DeviceLost> {
        let SourceFormat { channels, rate_hz, .. } = self.format;
        let room = (self.mono.len() * channels).min(self.interleaved.len());
        let taken = self.source.read(&mut self.interleaved[..room])?;
        let at = Instant::now();
        if taken.after_overrun {
            self.counters.overruns.add(1);
            self.miss_since_last_read(taken.frames, at);
        }
        let frames = &self.interleaved[..(taken.frames * channels).min(room)];
        let mixed = self.channels.mix(frames, channels, rate_hz, &mut self.mono);
        self.last_read = Some(at);
        let kept = self.put(mixed, at);
        self.counters.frames.add(mixed as u64);
        self.counters.heard_us.add(mixed as u64 * 1_000_000 / u64::from(rate_hz.max(1)));
        self.counters.dropped.add((mixed - kept) as u64);
        self.miss((mixed - kept) as u64);
        Ok(taken.frames)
    }

    /// Puts the newest samples into the ring, as many as two seconds have room for.
    fn put(&mut self, mixed: usize, at: Instant) -> usize {
        let used = self.samples.buffer().capacity() - self.samples.slots();
        let room = self.samples.slots().min((self.format.rate_hz as usize * RING_SECONDS).saturating_sub(used));
        let kept = mixed.min(room);
        if kept == 0 || !self.mark() {
            return 0;
        }
        self.end += kept as u64;
        // Before the samples, so that each finds its stamp. Without room for it, a later stamp serves as well; and where
        // the newest samples are dropped, the kept ones came earlier by their length, which is too little to matter.
        let _ = self.stamps.push(Stamp { end: self.end, at });
        let _ = self.samples.push_partial_slice(&self.mono[..kept]);
        self.pushed += kept as u64;
        kept
    }

    /// Marks what happened before the next sample; `false` while there is no room for it.
    fn mark(&mut self) -> bool {
        if self.marks.slots() < 2 {
            return false;
        }
        if let Some(rate_hz) = self.new_rate_hz.take() {
            let _ = self.marks.push(Mark { after: self.pushed, what: Happened::Rate(rate_hz) });
        }
        let missing = std::mem::take(&mut self.missing);
        if missing > 0 {
            self.end += missing;
            let _ = self.marks.push(Mark { after: self.pushed, what: Happened::Lost(missing) });
        }
        true
    }

    /// Frames are lost; of a long loss a second is enough for whoever listens to notice.
    fn miss(&mut self, frames: u64) {
        self.counters.lost.add(frames);
        self.missing = (self.missing + frames).min(self.format.rate_hz.into());
    }

    fn miss_since_last_read(&mut self, frames: usize, at: Instant) {
        let Some(before) = self.last_read else { return };
        let passed = duration_to_frames(at.saturating_duration_since(before), self.format.rate_hz);
        self.miss(passed.saturating_sub(frames as u64));
    }

    /// The device is there again, maybe another one.
    fn take_up(&mut self, at: Instant) {
        let format = self.source.format();
        if format.rate_hz != self.format.rate_hz {
            self.new_rate_hz = Some(format.rate_hz);
            self.missing = 0;
        }
        if format.period_frames > self.mono.len() {
            self.interleaved = vec![0; format.period_frames * MAX_CHANNELS].into();
            self.mono = vec![0; format.period_frames].into();
        }
        self.format = format;
        self.miss_since_last_read(0, at);
    }

    #[cfg(test)]
    pub(super) fn come_back_as(&mut self, source: S) {
        self.source = source;
        self.take_up(Instant::now());
    }

    /// Silence in the place of a device that is closed, as much as has passed since `before`; tells until when that is.
    pub(super) fn be_silent(&mut self, before: Instant, now: Instant) -> Instant {
        let passed = duration_to_frames(now.saturating_duration_since(before), self.format.rate_hz);
        let frames = (passed as usize).min(self.mono.len());
        self.mono[..frames].fill(0);
        let kept = self.put(frames, now);
        self.miss((frames - kept) as u64);
        // Where this thread stood still, nobody waits for its silence.
        if frames as u64 == passed { before + frames_to_duration(frames as u64, self.format.rate_hz) } else { now }
    }

    /// While it is closed the device is let go; whoever listens hears silence.
    fn stay_closed(&mut self, stop: &Flag, closed: &Flag) {
        self.source.close();
        let mut until = Instant::now();
        while closed.get() && !stop.get() {
            self.counters.beats.add(1);
            std::thread::sleep(PAUSE);
            until = self.be_silent(until, Instant::now());
        }
        // An error is that of a device that is lost: the next read says so.
        let _ = self.source.reopen();
        self.last_read = None;
        self.take_up(Instant::now());
    }

    /// Until `stop`; `closed`: nothing is heard as long as it is up.
    pub(super) fn run(mut self, stop: &Flag, closed: &Flag) {
        let mut guard = PacingGuard::new(self.format.rate_hz, Instant::now());
        while !stop.get() {
            self.counters.beats.add(1);
            if closed.get() {
                self.stay_closed(stop, closed);
                guard = PacingGuard::new(self.format.rate_hz, Instant::now());
                continue;
            }
            match self.step() {
                Ok(frames) => {
                    // A device that gives nothing and does not wait either would take the whole core.
                    let ahead = if frames == 0 { PAUSE } else { guard.moved(frames, Instant::now()) };
                    self.counters.is_unpaced.set(guard.is_unpaced());
                    if !ahead.is_zero() {
                        std::thread::sleep(ahead);
                    }
                }
                Err(_lost) => {
                    self.counters.losses.add(1);
                    self.counters.is_lost.set(true);
                    let counters = Arc::clone(&self.counters);
                    if !reopen_until(stop, || self.source.reopen(), || counters.beats.add(1)) {
                        return;
                    }
                    self.counters.is_lost.set(false);
                    self.take_up(Instant::now());
                    guard = PacingGuard::new(self.format.rate_hz, Instant::now());
                }
            }
        }
    }
}
