//! A paced double of a microphone: it plays clips in real time, and silence between them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use super::source::{Captured, Source, SourceFormat};
use crate::counter::Counter;
use crate::device::{DeviceError, DeviceLost};
use crate::real_time::frames_to_duration;

/// Clips that may wait.
const MAX_CLIPS: usize = 64;
/// Periods per second.
const PERIODS_PER_SECOND: u32 = 100;
/// A card would have lost what is read later than this: its buffer is full.
const HELD: Duration = Duration::from_millis(500);

/// A microphone that hears the clips of a [`ClipQueue`].
#[derive(Debug)]
pub struct QueueSource {
    format: SourceFormat,
    /// When frame 0 was at the microphone.
    since: Instant,
    delivered: u64,
    clips: Arc<Mutex<VecDeque<Waiting>>>,
    late: Arc<Counter>,
}

/// Puts clips before a [`QueueSource`]; clones feed the same one.
#[derive(Debug, Clone)]
pub struct ClipQueue {
    rate_hz: u32,
    clips: Arc<Mutex<VecDeque<Waiting>>>,
    late: Arc<Counter>,
}

/// A clip on its way into the microphone.
#[derive(Debug, Clone, Default)]
pub struct QueuedClip(Arc<Times>);

#[derive(Debug, Default)]
struct Times {
    first: OnceLock<Instant>,
    end: OnceLock<Instant>,
}

#[derive(Debug)]
struct Waiting {
    samples: Arc<[i16]>,
    next: usize,
    clip: QueuedClip,
}

/// Too many clips wait; wait for one to be used up, then push again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_CLIPS} clips already wait for the microphone; wait until one of them was played")]
pub struct QueueFull;

impl QueuedClip {
    /// When its first sample was at the microphone; `None` before.
    pub fn started_at(&self) -> Option<Instant> {
        self.0.first.get().copied()
    }

    /// When its last sample was at the microphone; `None` before.
    pub fn ended_at(&self) -> Option<Instant> {
        self.0.end.get().copied()
    }
}

impl ClipQueue {
    /// Rate of the clips in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Frames that were read so late that a card would have lost them.
    pub fn late(&self) -> u64 {
        self.late.get()
    }

    /// Puts a mono clip behind those that wait.
    ///
    /// # Errors
    /// 64 clips wait.
    pub fn push(&self, samples: impl Into<Arc<[i16]>>) -> Result<QueuedClip, QueueFull> {
        let mut clips = self.clips.lock().unwrap_or_else(PoisonError::into_inner);
        if clips.len() == MAX_CLIPS {
            return Err(QueueFull);
        }
        let clip = QueuedClip::default();
        clips.push_back(Waiting { samples: samples.into(), next: 0, clip: clip.clone() });
        Ok(clip)
    }
}

impl QueueSource {
    /// A silent microphone of this rate in Hz.
    pub fn new(rate_hz: u32) -> (Self, ClipQueue) {
        let period_frames = rate_hz.div_ceil(PERIODS_PER_SECOND).max(1) as usize;
        let clips = Arc::new(Mutex::new(VecDeque::with_capacity(MAX_CLIPS)));
        let format = SourceFormat { rate_hz, channels: 1, period_frames };
        let late = Arc::<Counter>::default();
        let source =
            Self { format, since: Instant::now(), delivered: 0, clips: Arc::clone(&clips), late: Arc::clone(&late) };
        (source, ClipQueue { rate_hz, clips, late })
    }

    pub(super) fn time_of(&self, frame: u64) -> Instant {
        self.since + frames_to_duration(frame, self.format.rate_hz)
    }

    /// The next samples.
    pub(super) fn deliver(&mut self, samples: &mut [i16]) {
        let clips = Arc::clone(&self.clips);
        let mut clips = clips.lock().unwrap_or_else(PoisonError::into_inner);
        let mut filled = 0;
        while let Some(front) = clips.front_mut() {
            let rest = &front.samples[front.next..];
            let taken = rest.len().min(samples.len() - filled);
            if taken == 0 && !rest.is_empty() {
                break;
            }
            let first = self.time_of(self.delivered + filled as u64);
            front.clip.0.first.get_or_init(|| first);
            samples[filled..][..taken].copy_from_slice(&rest[..taken]);
            (filled, front.next) = (filled + taken, front.next + taken);
            if front.next == front.samples.len() {
                let end = self.time_of(self.delivered + filled as u64);
                front.clip.0.end.get_or_init(|| end);
                clips.pop_front();
            }
        }
        samples[filled..].fill(0);
        self.delivered += samples.len() as u64;
    }
}

impl Source for QueueSource {
    fn format(&self) -> SourceFormat {
        self.format
    }

    fn read(&mut self, interleaved: &mut [i16]) -> Result<Captured, DeviceLost> {
        let frames = interleaved.len().min(self.format.period_frames);
        let until = self.time_of(self.delivered + frames as u64);
        let now = Instant::now();
        if now.saturating_duration_since(until) > HELD {
            self.late.add(frames as u64);
        }
        std::thread::sleep(until.saturating_duration_since(now));
        self.deliver(&mut interleaved[..frames]);
        Ok(Captured { frames, after_overrun: false })
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}
