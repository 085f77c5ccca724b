//! The listening end of the microphone.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::source::Source;
use super::thread::{CaptureCounters, Recorder, RingEnds, Stamp};
use crate::device::DeviceError;
use crate::real_time::{AudioThread, frames_to_duration};
use crate::resample::Resampler;
use crate::sample::extend_i16;

/// Sample rate of a [`Frame`] in Hz: what every engine listens at, so it is also what microphones are asked for first.
pub const FRAME_RATE_HZ: u32 = 16_000;
/// Samples of a [`Frame`]: 20 ms.
pub const FRAME_SAMPLES: usize = 320;
/// How often a waiting listener looks: a quarter of a frame.
const POLL: Duration = Duration::from_millis(5);
/// Samples that are taken from the ring at a time, in parts of a second.
const BLOCKS_PER_SECOND: u32 = 100;

/// 20 ms of mono sound at 16 kHz.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// The samples.
    pub samples: [i16; FRAME_SAMPLES],
    /// Samples that the microphone gave before this frame; grows by [`FRAME_SAMPLES`].
    pub position: u64,
    /// When the frame's last sample arrived from the device, without the time that it waited in rings and filters.
    pub arrived_at: Instant,
}

/// A running microphone, for a thread that is not real-time; dropping it ends the capture thread.
pub struct Microphone {
    ring: RingEnds,
    resampler: Resampler,
    counters: Arc<CaptureCounters>,
    /// Arrivals that may still be asked for, oldest first.
    stamps: VecDeque<Stamp>,
    device_samples: Vec<i16>,
    converted: Vec<f32>,
    waiting: Vec<i16>,
    position: u64,
    _thread: Option<AudioThread>,
}

impl Microphone {
    /// Starts the capture thread on `source`.
    ///
    /// # Errors
    /// The thread could not be started, or the source has a rate that cannot be converted to 16 kHz.
    pub fn start(source: impl Source + 'static) -> Result<Self, DeviceError> {
        let (mut microphone, recorder) = Self::without_thread(source)?;
        microphone._thread = Some(AudioThread::spawn("capture", move |stop| recorder.run(&stop))?);
        Ok(microphone)
    }

    pub(super) fn without_thread<S: Source>(source: S) -> Result<(Self, Recorder<S>), DeviceError> {
        let rate_hz = source.format().rate_hz;
        let resampler = Resampler::new(rate_hz, FRAME_RATE_HZ)?;
        let counters = Arc::new(CaptureCounters::default());
        let (recorder, ring) = Recorder::new(source, Arc::clone(&counters));
        let block = rate_hz.div_ceil(BLOCKS_PER_SECOND) as usize;
        let microphone = Self {
            ring,
            converted: Vec::with_capacity(resampler.max_output(block)),
            waiting: Vec::with_capacity(resampler.max_output(block) + FRAME_SAMPLES),
            resampler,
            counters,
            stamps: VecDeque::new(),
            device_samples: vec![0; block],
            position: 0,
            _thread: None,
        };
        Ok((microphone, recorder))
    }

    /// The next frame, where it is there already; never waits.
    pub fn read_frame(&mut self) -> Option<Frame> {
        while self.waiting.len() < FRAME_SAMPLES {
            let (block, _) = self.ring.samples.pop_partial_slice(&mut self.device_samples);
            if block.is_empty() {
                return None;
            }
            self.converted.clear();
            self.resampler.process(block, &mut self.converted);
            extend_i16(&self.converted, &mut self.waiting);
        }
        let mut samples = [0; FRAME_SAMPLES];
        samples.copy_from_slice(&self.waiting[..FRAME_SAMPLES]);
        self.waiting.drain(..FRAME_SAMPLES);
        let position = self.position;
        self.position += FRAME_SAMPLES as u64;
        Some(Frame { samples, position, arrived_at: self.arrival(self.position) })
    }

    /// The next frame, or `None` after `timeout`: the device is slow or away.
    pub fn wait_frame(&mut self, timeout: Duration) -> Option<Frame> {
        let until = Instant::now() + timeout;
        loop {
            if let Some(frame) = self.read_frame() {
                return Some(frame);
            }
            if Instant::now() >= until {
                return None;
            }
            std::thread::sleep(POLL);
        }
    }

    /// What the microphone has been through; may be kept and read anywhere.
    pub fn counters(&self) -> Arc<CaptureCounters> {
        Arc::clone(&self.counters)
    }

    /// When the first `position` samples at 16 kHz had arrived.
    fn arrival(&mut self, position: u64) -> Instant {
        let device_rate_hz = self.resampler.from_hz();
        let end = position * u64::from(device_rate_hz) / u64::from(FRAME_RATE_HZ);
        while let Ok(stamp) = self.ring.stamps.pop() {
            self.stamps.push_back(stamp);
        }
        while self.stamps.len() > 1 && self.stamps.front().is_some_and(|stamp| stamp.end < end) {
            self.stamps.pop_front();
        }
        match self.stamps.front() {
            Some(stamp) => {
                let later = frames_to_duration(stamp.end.saturating_sub(end), device_rate_hz);
                stamp.at.checked_sub(later).unwrap_or(stamp.at)
            }
            // Every sample in the ring has its stamp; only a source that reads nothing gets here.
            None => Instant::now(),
        }
    }
}
