//! The listening end of the microphone.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::source::Source;
use super::thread::{CaptureCounters, Happened, Mark, Recorder, RingEnds, Stamp};
use crate::counter::Flag;
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
    /// Samples that were taken from the ring.
    taken: u64,
    /// What happened next, after some more of them.
    mark: Option<Mark>,
    /// Frames of the device for which there is silence.
    missing: u64,
    /// Where the device's present rate began: the position, and its frames.
    since: (u64, u64),
    /// Frames of the device that were taken or are silence.
    device_end: u64,
    _thread: Option<AudioThread>,
}

impl Microphone {
    /// Starts the capture thread on `source`.
    ///
    /// # Errors
    /// The thread could not be started, or the source has a rate that cannot be converted to 16 kHz.
    pub fn start(source: impl Source + 'static) -> Result<Self, DeviceError> {
        Self::start_with(source, Arc::default())
    }

    /// The same with a switch: as long as it is up the device is closed, and silence is delivered.
    ///
    /// # Errors
    /// As [`Microphone::start`].
    pub fn start_with(source: impl Source + 'static, closed: Arc<Flag>) -> Result<Self, DeviceError> {
        let (mut microphone, recorder) = Self::without_thread(source)?;
        let counters = microphone.counters();
        microphone._thread = Some(AudioThread::spawn("capture", move |stop, real_time| {
            counters.is_late.set(!real_time);
            recorder.run(&stop, &closed);
        })?);
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
            taken: 0,
            mark: None,
            missing: 0,
            since: (0, 0),
            device_end: 0,
            _thread: None,
        };
        Ok((microphone, recorder))
    }

    /// The next frame, where it is there already; never waits.
    pub fn read_frame(&mut self) -> Option<Frame> {
        while self.waiting.len() < FRAME_SAMPLES {
            let taken = self.take();
            if taken == 0 {
                return None;
            }
            self.device_end += taken as u64;
            self.converted.clear();
            self.resampler.process(&self.device_samples[..taken], &mut self.converted);
            extend_i16(&self.converted, &mut self.waiting);
        }
        let mut samples = [0; FRAME_SAMPLES];
        samples.copy_from_slice(&self.waiting[..FRAME_SAMPLES]);
        self.waiting.drain(..FRAME_SAMPLES);
        let position = self.position;
        self.position += FRAME_SAMPLES as u64;
        Some(Frame { samples, position, arrived_at: self.arrival(self.position) })
    }

    /// The next samples of the device, or the silence in the place of lost ones; returns how many.
    fn take(&mut self) -> usize {
        loop {
            if self.missing > 0 {
                let silent = usize::try_from(self.missing).unwrap_or(usize::MAX).min(self.device_samples.len());
                self.device_samples[..silent].fill(0);
                self.missing -= silent as u64;
                return silent;
            }
            // In this order: the mark of every sample that is there now is there too.
            let there = self.ring.samples.slots();
            if self.mark.is_none() {
                self.mark = self.ring.marks.pop().ok();
            }
            let until = self.mark.map_or(u64::MAX, |mark| mark.after - self.taken);
            if until > 0 {
                let most = usize::try_from(until).unwrap_or(usize::MAX).min(self.device_samples.len()).min(there);
                let (block, _) = self.ring.samples.pop_partial_slice(&mut self.device_samples[..most]);
                let taken = block.len();
                self.taken += taken as u64;
                return taken;
            }
            match self.mark.take().map(|mark| mark.what) {
                Some(Happened::Lost(frames)) => self.missing = frames,
                Some(Happened::Rate(rate_hz)) => self.change_rate(rate_hz),
                None => {}
            }
        }
    }

    /// The device came back with another rate: what it gave before is heard to its end.
    fn change_rate(&mut self, rate_hz: u32) {
        // No device of ours has one that cannot be converted; it would be heard at a wrong pitch.
        let Ok(resampler) = Resampler::new(rate_hz, FRAME_RATE_HZ) else { return };
        self.converted.clear();
        self.resampler.finish(&mut self.converted);
        extend_i16(&self.converted, &mut self.waiting);
        self.resampler = resampler;
        self.device_samples = vec![0; rate_hz.div_ceil(BLOCKS_PER_SECOND) as usize];
        self.since = (self.position + self.waiting.len() as u64, self.device_end);
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
        let (since_position, since_end) = self.since;
        let since = position.saturating_sub(since_position);
        let end = since_end + since * u64::from(device_rate_hz) / u64::from(FRAME_RATE_HZ);
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
