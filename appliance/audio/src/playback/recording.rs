//! A loudspeaker without a sound card: it keeps real time, and records what a listener would have heard.
//!
//! Terms: the **line** is a simulated device: a buffer that empties at the sample rate, and plays silence when it is
//! empty.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::sink::{Sink, SinkFormat, Written};
use crate::device::{DeviceError, DeviceLost};
use crate::real_time::{duration_to_frames, frames_to_duration};

/// Periods that the line holds, like a sound card's buffer.
const BUFFER_PERIODS: usize = 3;
/// Periods per second.
const PERIODS_PER_SECOND: u32 = 100;
/// The longest recording: ten minutes. What is heard later is not recorded, until what was is forgotten.
const MAX_RECORDED: Duration = Duration::from_secs(600);

/// A device that records what a listener would have heard: speech and silence in real time, without what was dropped.
#[derive(Debug)]
pub struct RecordingSink {
    line: Line,
    recording: Recording,
}

impl RecordingSink {
    /// Records into memory, at most ten minutes.
    pub fn new(rate_hz: u32) -> (Self, Recording) {
        let now = Instant::now();
        let recording = Recording { rate_hz, since: now, recorded: Arc::default() };
        (Self { line: Line::new(rate_hz, now), recording: recording.clone() }, recording)
    }

    fn advance(&mut self) {
        let recording = &self.recording;
        self.line.advance(Instant::now(), |samples, silent| recording.record(samples, silent));
    }
}

/// What a [`RecordingSink`] has recorded; may be read while it records.
#[derive(Debug, Clone)]
pub struct Recording {
    rate_hz: u32,
    since: Instant,
    recorded: Arc<Mutex<Recorded>>,
}

#[derive(Debug, Default)]
struct Recorded {
    samples: Vec<i16>,
    /// Samples before those, which are forgotten.
    forgotten: u64,
    /// Samples behind those, for which there was no room.
    beyond: u64,
}

impl Recording {
    /// Frames per second.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// When sample 0 was heard; sample n was heard n frames later.
    pub fn first_frame_at(&self) -> Instant {
        self.at(self.lock().forgotten)
    }

    /// When sample `index` was heard.
    pub fn heard_at(&self, index: usize) -> Instant {
        self.at(self.lock().forgotten + index as u64)
    }

    /// Forgets what was heard so far: what is heard next is sample 0.
    pub fn forget(&self) {
        let mut recorded = self.lock();
        recorded.forgotten += recorded.samples.len() as u64 + std::mem::take(&mut recorded.beyond);
        // Not only cleared: its room goes too.
        recorded.samples = Vec::new();
    }

    fn at(&self, frame: u64) -> Instant {
        self.since + frames_to_duration(frame, self.rate_hz)
    }

    /// What was heard so far, at most ten minutes.
    pub fn samples(&self) -> Vec<i16> {
        self.lock().samples.clone()
    }

    /// When, at or after `from`, something louder than `threshold` (0..=32767) was first heard: the "time of first
    /// sound".
    pub fn first_sound(&self, from: Instant, threshold: u16) -> Option<Instant> {
        let recorded = self.lock();
        let first = self.at(recorded.forgotten);
        let whole = duration_to_frames(from.saturating_duration_since(first), self.rate_hz);
        let skipped = if self.at(recorded.forgotten + whole) < from { whole + 1 } else { whole } as usize;
        let index = recorded.samples.iter().skip(skipped).position(|sample| sample.unsigned_abs() > threshold)?;
        Some(self.at(recorded.forgotten + (skipped + index) as u64))
    }

    fn lock(&self) -> MutexGuard<'_, Recorded> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self, samples: &mut dyn Iterator<Item = i16>, silent: usize) {
        let mut recorded = self.lock();
        let Recorded { samples: kept, beyond, .. } = &mut *recorded;
        let room = (duration_to_frames(MAX_RECORDED, self.rate_hz) as usize).saturating_sub(kept.len());
        let mut heard = samples.chain(std::iter::repeat_n(0, silent));
        kept.extend(heard.by_ref().take(room));
        *beyond += heard.count() as u64;
    }
}

/// The simulated device. Time is an argument.
#[derive(Debug)]
struct Line {
    format: SinkFormat,
    since: Instant,
    /// Frames that left the line since then: what was written, and silence while it was empty.
    played: u64,
    pending: VecDeque<i16>,
    has_run_empty: bool,
    has_begun: bool,
}

impl Line {
    fn new(rate_hz: u32, now: Instant) -> Self {
        let format = SinkFormat { rate_hz, period_frames: rate_hz.div_ceil(PERIODS_PER_SECOND).max(1) as usize };
        let pending = VecDeque::with_capacity(format.period_frames * BUFFER_PERIODS);
        Self { format, since: now, played: 0, pending, has_run_empty: false, has_begun: false }
    }

    /// Plays what is due at `now`: the samples that were waiting, then so many silent frames.
    fn advance(&mut self, now: Instant, heard: impl FnOnce(&mut dyn Iterator<Item = i16>, usize)) {
        let due = duration_to_frames(now.saturating_duration_since(self.since), self.format.rate_hz) - self.played;
        let from_line = self.pending.len().min(due as usize);
        let silent = due as usize - from_line;
        self.played += due;
        self.has_run_empty |= silent > 0 && self.has_begun;
        heard(&mut self.pending.drain(..from_line), silent);
    }

    /// Takes a period, or tells how long to wait until there is room.
    fn write(&mut self, period: &[i16], now: Instant) -> Result<Written, Duration> {
        let capacity = self.format.period_frames * BUFFER_PERIODS;
        let excess = (self.pending.len() + period.len()).saturating_sub(capacity) as u64;
        if excess > 0 && !self.pending.is_empty() {
            let frame = Duration::from_nanos(1);
            let at = self.since + frames_to_duration(self.played + excess, self.format.rate_hz) + frame;
            return Err(at.saturating_duration_since(now).max(frame));
        }
        self.pending.extend(period);
        self.has_begun = true;
        Ok(if std::mem::take(&mut self.has_run_empty) { Written::AfterUnderrun } else { Written::InTime })
    }

    fn drop_pending(&mut self) -> usize {
        let dropped = self.pending.len();
        self.pending.clear();
        // The next write starts the line again, so this emptiness is not an underrun.
        (self.has_begun, self.has_run_empty) = (false, false);
        dropped
    }
}

impl Sink for RecordingSink {
    fn format(&self) -> SinkFormat {
        self.line.format
    }

    fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
        loop {
            self.advance();
            match self.line.write(period, Instant::now()) {
                Ok(written) => return Ok(written),
                Err(wait) => std::thread::sleep(wait),
            }
        }
    }

    fn delay_frames(&mut self) -> usize {
        self.advance();
        self.line.pending.len()
    }

    fn drop_pending(&mut self) -> usize {
        self.advance();
        self.line.drop_pending()
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 1_000;

    fn advance(line: &mut Line, now: Instant, heard: &mut Vec<i16>) {
        line.advance(now, |samples, silent| {
            heard.extend(samples);
            heard.extend(std::iter::repeat_n(0, silent));
        });
    }

    #[test]
    fn the_line_keeps_time_and_plays_silence_when_empty() {
        let start = Instant::now();
        let at = |milliseconds: u64| start + Duration::from_micros(milliseconds * 1_000 + 1);
        let (mut line, mut heard) = (Line::new(RATE_HZ, start), Vec::new());
        assert_eq!(line.format.period_frames, 10);
        for _ in 0..3 {
            assert_eq!(line.write(&[7; 10], at(0)), Ok(Written::InTime));
        }
        let wait = line.write(&[8; 10], at(0)).unwrap_err();
        assert!((9_990..=10_000).contains(&wait.as_micros()), "full until one period was played: {wait:?}");
        advance(&mut line, at(10), &mut heard);
        assert_eq!(line.write(&[8; 10], at(10)), Ok(Written::InTime));
        advance(&mut line, at(45), &mut heard);
        assert_eq!(line.write(&[9; 10], at(45)), Ok(Written::AfterUnderrun));
        advance(&mut line, at(60), &mut heard);
        let expected = [vec![7; 30], vec![8; 10], vec![0; 5], vec![9; 10], vec![0; 5]].concat();
        assert_eq!(heard, expected, "every millisecond has its sample");
    }

    #[test]
    fn what_is_dropped_was_never_heard() {
        let start = Instant::now();
        let at = |milliseconds: u64| start + Duration::from_micros(milliseconds * 1_000 + 1);
        let (mut line, mut heard) = (Line::new(RATE_HZ, start), Vec::new());
        line.write(&[7; 10], at(0)).unwrap();
        advance(&mut line, at(4), &mut heard);
        assert_eq!(line.drop_pending(), 6);
        advance(&mut line, at(8), &mut heard);
        assert_eq!(line.write(&[5; 10], at(8)), Ok(Written::InTime), "a stop is not an underrun");
        advance(&mut line, at(10), &mut heard);
        assert_eq!(heard, [7, 7, 7, 7, 0, 0, 0, 0, 5, 5]);
    }

    #[test]
    fn a_recording_tells_when_the_first_sound_was_heard() {
        let (sink, recording) = RecordingSink::new(RATE_HZ);
        recording.record(&mut [0, 3, 0, -900, 2].into_iter(), 2);
        assert_eq!(recording.samples().len(), 7);
        let start = recording.first_frame_at();
        assert_eq!(recording.first_sound(start, 100), Some(start + Duration::from_millis(3)));
        assert_eq!(recording.first_sound(start, 2), Some(start + Duration::from_millis(1)));
        assert_eq!(recording.first_sound(start + Duration::from_millis(4), 100), None);
        drop(sink);
    }

    #[test]
    fn what_is_forgotten_leaves_its_time() {
        let (sink, recording) = RecordingSink::new(RATE_HZ);
        let start = recording.first_frame_at();
        recording.record(&mut [900, 0, 0].into_iter(), 0);
        recording.forget();
        recording.record(&mut [0, 800].into_iter(), 1);
        assert_eq!(recording.samples(), [0, 800, 0]);
        assert_eq!(recording.first_frame_at(), start + Duration::from_millis(3));
        assert_eq!(recording.first_sound(start, 100), Some(start + Duration::from_millis(4)));
        assert_eq!(recording.first_sound(start + Duration::from_millis(5), 100), None);
        let most = MAX_RECORDED.as_millis() as usize;
        recording.record(&mut std::iter::empty(), most);
        assert_eq!(recording.samples().len(), most, "there is room for no more");
        recording.forget();
        recording.record(&mut [700].into_iter(), 0);
        assert_eq!(recording.first_sound(start, 100), Some(start + Duration::from_millis(6) + MAX_RECORDED));
        drop(sink);
    }
}
