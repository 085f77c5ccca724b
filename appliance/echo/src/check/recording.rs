//! Plays the chirp, and records what a microphone makes of it.

use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use parley_audio::DeviceError;
use parley_audio::DeviceLost;
use parley_audio::capture::{Captured, FRAME_RATE_HZ, FRAME_SAMPLES, Microphone, Source, SourceFormat};
use parley_audio::playback::{Mixer, Part, PlaybackThread, Sink, Tap, TapBlock};
use parley_audio::resample::Resampler;
use parley_audio::sample::Sample;

use super::chirp::{CHIRP_S, chirp, syllables};

/// The room's own sound comes before the first chirp, silence between the two, then noise behind a pause, and silence after
/// it, in seconds.
pub(super) const BEFORE_S: f64 = 3.0;
const BETWEEN_S: f64 = 2.0;
pub(super) const PAUSE_S: f64 = 0.5;
pub(super) const NOISE_S: f64 = 4.0;
const AFTER_S: f64 = 1.5;
/// A microphone's first moments are left out: many begin with a click. In seconds.
const SETTLES_S: f64 = 0.5;
/// So long before the first sound, and after the last one has been heard, a recording goes on.
pub const BEFORE: Duration = Duration::from_secs(BEFORE_S as u64);
/// See [`BEFORE`].
pub const AFTER: Duration = Duration::from_millis((AFTER_S * 1e3) as u64);
/// A microphone or a loudspeaker that stands still is not waited for any longer.
pub const LONGEST: Duration = Duration::from_secs(30);
/// How long a frame is waited for.
const PATIENCE: Duration = Duration::from_millis(20);
/// The most that is kept of a device's channels, in samples: 30 s of 8 channels at 48 kHz.
const MOST_INTERLEAVED: usize = 30 * 8 * 48_000;

/// What was heard and what was played at that time.
#[derive(Debug, Clone, Default)]
pub struct EchoRecording {
    /// The microphone, mono, 16 kHz, full scale is 1, in whole frames of 20 ms.
    pub captured: Vec<f32>,
    /// When the last sample of each frame arrived.
    pub arrived: Vec<Instant>,
    /// Each channel of the device by itself, 16 kHz, where it has several.
    pub channels: Vec<Vec<f32>>,
    /// The blocks of the tap with their samples.
    pub played: Vec<(TapBlock, Vec<i16>)>,
    /// The loudspeaker's rate in Hz.
    pub loudspeaker_hz: u32,
    /// Frames of the microphone's device that were lost.
    pub lost: u64,
    /// Times that the loudspeaker ran empty.
    pub ran_empty: u64,
}

impl EchoRecording {
    /// What the microphone heard before anything was played, without its first half second: many begin with a click.
    pub fn quiet(&self) -> &[f32] {
        self.quiet_of(&self.captured)
    }

    /// The same of one of its channels.
    pub(super) fn quiet_of<'a>(&self, sound: &'a [f32]) -> &'a [f32] {
        let samples = |seconds: f64| (seconds * f64::from(FRAME_RATE_HZ)) as usize;
        let end = samples(BEFORE_S).min(sound.len());
        &sound[samples(SETTLES_S).min(end)..end]
    }
}

/// Plays the chirp twice and some noise, and records; takes about 14 s, and 30 s where a device stands still. `prepare`: makes the loudspeaker
/// as loud as it usually is.
///
/// # Errors
/// A thread could not be started, or a device has a rate that cannot be converted.
pub fn record(
    source: impl Source + 'static,
    sink: impl Sink + 'static,
    prepare: impl FnOnce(&Mixer),
) -> Result<EchoRecording, DeviceError> {
    let copy = Arc::<Mutex<Copied>>::default();
    let microphone = Microphone::start(Overheard { source, copy: Arc::clone(&copy) })?;
    let (mixer, _playback) = PlaybackThread::start(sink)?;
    prepare(&mixer);
    let mut recording = EchoRecording { loudspeaker_hz: mixer.rate_hz(), ..EchoRecording::default() };
    let underruns = mixer.counters().underruns.get();
    hear(microphone, &mixer, &mut recording);
    recording.ran_empty = mixer.counters().underruns.get() - underruns;
    let copied = take(&mut *copy.lock().unwrap_or_else(PoisonError::into_inner));
    recording.channels = copied.channels()?;
    Ok(recording)
}

/// Listens from the silence before the first chirp to the one after the last.
fn hear(mut microphone: Microphone, mixer: &Mixer, recording: &mut EchoRecording) {
    let frames_of = |seconds: f64| (seconds * f64::from(FRAME_RATE_HZ)) as usize / FRAME_SAMPLES;
    // Both are new: there is a place, and nobody else has the tap.
    let (Ok((mut feed, control)), Some(mut tap)) = (mixer.open(Part::Speech), mixer.tap()) else { return };
    let (sound, mut offered) = (check_sound(mixer.rate_hz()), 0);
    let (until, counters) = (Instant::now() + LONGEST, microphone.counters());
    let mut drained_at = None;
    while Instant::now() < until {
        if let Some(frame) = microphone.wait_frame(PATIENCE) {
            recording.captured.extend(frame.samples.map(Sample::into_f32));
            recording.arrived.push(frame.arrived_at);
        }
        read(&mut tap, &mut recording.played);
        let heard = recording.arrived.len();
        if offered < sound.len() && heard >= frames_of(BEFORE_S) {
            offered += feed.offer(control.stream(), &sound[offered..]).unwrap_or(0);
        } else if offered == sound.len() && control.is_drained() {
            let since = *drained_at.get_or_insert(heard);
            if heard - since >= frames_of(AFTER_S) {
                break;
            }
        }
    }
    read(&mut tap, &mut recording.played);
    recording.lost = counters.lost.get() + counters.dropped.get();
}

fn read(tap: &mut Tap, played: &mut Vec<(TapBlock, Vec<i16>)>) {
    let mut samples = Vec::new();
    while let Some(block) = tap.next(&mut samples) {
        played.push((block, take(&mut samples)));
    }
}

/// What is played, at the loudspeaker's rate in Hz: two chirps with silence between them, and noise, in one piece: no other clock can come between them.
pub fn check_sound(loudspeaker_hz: u32) -> Vec<f32> {
    let chirp = chirp(loudspeaker_hz, loudspeaker_hz);
    let silence = |seconds: f64| vec![0.0; (seconds * f64::from(loudspeaker_hz)) as usize];
    let noise = syllables(loudspeaker_hz, NOISE_S);
    [&chirp[..], &silence(BETWEEN_S), &chirp, &silence(PAUSE_S), &noise].concat()
}

/// From the beginning of one chirp to that of the next, in seconds of the loudspeaker's clock.
pub(super) fn apart_s(loudspeaker_hz: u32) -> f64 {
    let hz = f64::from(loudspeaker_hz.max(1));
    ((CHIRP_S * hz).floor() + (BETWEEN_S * hz).floor()) / hz
}

/// A source whose channels are kept apart, too.
struct Overheard<S> {
    source: S,
    copy: Arc<Mutex<Copied>>,
}

#[derive(Debug, Default)]
struct Copied {
    interleaved: Vec<i16>,
    rate_hz: u32,
    channels: usize,
}

impl Copied {
    /// Each of several channels at 16 kHz.
    fn channels(&self) -> Result<Vec<Vec<f32>>, DeviceError> {
        let Self { interleaved, rate_hz, channels } = self;
        if *channels < 2 {
            return Ok(Vec::new());
        }
        let one = |channel: usize| {
            let samples: Vec<i16> = interleaved.iter().skip(channel).step_by(*channels).copied().collect();
            let (mut resampler, mut converted) = (Resampler::new(*rate_hz, FRAME_RATE_HZ)?, Vec::new());
            resampler.process(&samples, &mut converted);
            resampler.finish(&mut converted);
            Ok(converted)
        };
        (0..*channels).map(one).collect()
    }
}

impl<S: Source> Source for Overheard<S> {
    fn format(&self) -> SourceFormat {
        self.source.format()
    }

    fn channel(&self) -> Option<usize> {
        self.source.channel()
    }

    fn read(&mut self, interleaved: &mut [i16]) -> Result<Captured, DeviceLost> {
        let captured = self.source.read(interleaved)?;
        let SourceFormat { rate_hz, channels, .. } = self.source.format();
        let mut copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        if (copy.rate_hz, copy.channels) != (rate_hz, channels) {
            *copy = Copied { interleaved: Vec::new(), rate_hz, channels };
        }
        let taken = captured.frames * channels;
        if channels > 1 && copy.interleaved.len() + taken <= MOST_INTERLEAVED {
            copy.interleaved.extend(interleaved.iter().take(taken));
        }
        Ok(captured)
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        self.source.reopen()
    }
}
