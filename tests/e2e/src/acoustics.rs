//! A simulated device in a simulated room: its loudspeaker's tap, and what its microphone hears, in a time of their own.
//!
//! Real are the reference, the canceller and whatever judges the sound. The tap tells a block two periods after it was heard,
//! times jitter, and the loudspeaker's clock may be faster than the microphone's.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use parley_audio::capture::{FRAME_RATE_HZ, FRAME_SAMPLES};
use parley_audio::playback::TapBlock;
use parley_audio::resample::Resampler;
use parley_audio::sample::Sample;
use parley_echo::Played;
use parley_speech::noise::Randomness;
use parley_speech::room::SimulatedRoom;

/// Of the loudspeaker, in Hz, and frames of its periods, 10 ms.
pub const LOUDSPEAKER_HZ: u32 = 48_000;
const PERIOD: usize = 480;
/// A block is told so long after its beginning was heard, two periods, as late as a mixer's tap ever does.
const TOLD_AFTER: Duration = Duration::from_millis(20);
/// A block is on its way so long before it is heard.
const WRITTEN_BEFORE: Duration = Duration::from_millis(20);
/// The room's own noise, as a factor of full scale: -65 dBFS.
const NOISE: f32 = 0.001;
/// Between the beginning of listening and that of playing.
const BEFORE: Duration = Duration::from_secs(1);

/// What happens in a room. Sounds are mono, 16 kHz; full scale is 1.
pub struct Acoustics<'a> {
    pub room: SimulatedRoom,
    /// The loudspeaker's clock is so much faster.
    pub faster_ppm: f64,
    /// Times are wrong by up to so many seconds.
    pub jitter_s: f64,
    /// What the loudspeaker plays.
    pub played: &'a [f32],
    /// What else the microphone hears, from the same moment on.
    pub near: &'a [f32],
    pub seed: u64,
}

/// What a microphone hears, frame by frame, and the tap that belongs to it.
pub struct Devices {
    /// From the beginning of playing on.
    pub captured: Vec<f32>,
    pub tap: SimulatedTap,
    jitter: Jitter,
    origin: Instant,
}

/// A frame of 20 ms, as a listening thread gets it.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Samples of the microphone until its end.
    pub end: u64,
    pub arrived: Instant,
}

/// What a mixer's tap would tell. Clones are the same one.
#[derive(Clone)]
pub struct SimulatedTap(Arc<Mutex<OnItsWay>>);

struct OnItsWay {
    now: Instant,
    /// When each block's first sample is heard, and what is in it; none of the lost ones.
    blocks: VecDeque<(TapBlock, Instant, Vec<i16>)>,
}

struct Jitter(Randomness, f64);

impl Jitter {
    /// As a span that is added, from nought to twice as much.
    fn next(&mut self) -> Duration {
        Duration::from_secs_f64(self.1 * f64::from(1.0 + self.0.next_sample()))
    }
}

impl Acoustics<'_> {
    /// Puts everything where it belongs.
    pub fn devices(&self) -> Result<Devices> {
        let mut random = Randomness::new(self.seed + 1);
        let mut captured = self.room.echo(self.played, self.faster_ppm, self.seed);
        for (index, sample) in captured.iter_mut().enumerate() {
            *sample += self.near.get(index).unwrap_or(&0.0) + NOISE * random.next_sample();
            *sample = sample.clamp(-1.0, 1.0);
        }
        let (origin, mut jitter) = (Instant::now(), Jitter(random, self.jitter_s));
        let mut resampler = Resampler::new(FRAME_RATE_HZ, LOUDSPEAKER_HZ)?;
        let mut at_48 = Vec::with_capacity(self.played.len() * 3);
        resampler.process(self.played, &mut at_48);
        resampler.finish(&mut at_48);
        let hz = f64::from(LOUDSPEAKER_HZ) * (1.0 + self.faster_ppm * 1e-6);
        let block = |(number, samples): (usize, &[f32])| {
            let position = (number * PERIOD) as u64;
            let heard = origin + BEFORE + Duration::from_secs_f64(position as f64 / hz);
            let told = TapBlock { position, heard_at: heard + jitter.next(), frames: samples.len() };
            (told, heard, samples.iter().map(|sample| sample.into_i16()).collect())
        };
        let blocks = at_48.chunks(PERIOD).enumerate().map(block).collect();
        let tap = SimulatedTap(Arc::new(Mutex::new(OnItsWay { now: origin, blocks })));
        Ok(Devices { captured, tap, jitter, origin })
    }
}

impl Devices {
    /// Goes through all that is heard, in whole frames.
    pub fn listen(mut self, mut hear: impl FnMut(&[f32; FRAME_SAMPLES], Moment)) {
        let before = (BEFORE.as_secs_f64() * f64::from(FRAME_RATE_HZ)) as usize;
        for (number, frame) in self.captured.as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
            let end = (before + (number + 1) * FRAME_SAMPLES) as u64;
            let really = self.origin + Duration::from_secs_f64(end as f64 / f64::from(FRAME_RATE_HZ));
            self.tap.lock().now = really;
            hear(frame, Moment { end, arrived: really + self.jitter.next() });
        }
    }

    /// When the sample of this index was at the microphone.
    pub fn time_of(&self, index: usize) -> Instant {
        self.origin + BEFORE + Duration::from_secs_f64(index as f64 / f64::from(FRAME_RATE_HZ))
    }
}

impl SimulatedTap {
    fn lock(&self) -> std::sync::MutexGuard<'_, OnItsWay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time in this world: a frame's, and what was waited for since it came.
    pub fn now(&self) -> Instant {
        self.lock().now
    }

    /// Nothing is told any more.
    pub fn cut(&self) {
        self.lock().blocks.clear();
    }
}

impl Played for SimulatedTap {
    fn next(&mut self, samples: &mut Vec<i16>) -> Option<TapBlock> {
        let mut way = self.lock();
        let is_told = way.blocks.front().is_some_and(|(_, heard, _)| *heard + TOLD_AFTER <= way.now);
        let (block, _, its) = is_told.then(|| way.blocks.pop_front()).flatten()?;
        *samples = its;
        Some(block)
    }

    fn is_sounding(&self) -> bool {
        let way = self.lock();
        let written = way.blocks.iter().take_while(|(_, heard, _)| *heard <= way.now + WRITTEN_BEFORE);
        written.into_iter().any(|(_, _, samples)| samples.iter().any(|sample| *sample != 0))
    }

    fn wait(&mut self, moment: Duration) {
        self.lock().now += moment;
    }
}
