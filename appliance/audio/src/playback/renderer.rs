//! The allocation-free step that mixes what the feeds have into periods of a sink.
//!
//! All feeds share what is on its way to the ear. When one is to fall silent, the sink drops all of it, every track goes
//! back to its first sample that was not heard, and the next period is mixed anew without the one: the others go on
//! without a lost or doubled sample, after the gap that the device needs. `track.rs` has the picture of one feed.

use std::sync::Arc;
use std::time::Instant;

use rtrb::RingBuffer;

use super::control::Command;
use super::mixer::{FEEDS, FeedEnd, Mixer, Shared};
use super::ramp::{Ramp, Slope};
use super::sink::{Sink, Written};
use super::tap::{self, OnItsWay, later};
use super::track::Track;
use crate::device::DeviceLost;

/// Sound of a feed that waits for playback, in milliseconds; beyond, whoever makes it waits.
const QUEUE_MS: usize = 400;
/// Sound that can be played again, in milliseconds: more than the delay of any sink, even a Bluetooth loudspeaker's.
const HISTORY_MS: usize = 2_000;
/// A change of a gain from silence to full scale takes this long, in milliseconds: too slow to click.
const FADE_MS: usize = 20;
/// Sounds make way within this time, in milliseconds: before the first word has told anything.
const DUCK_MS: usize = 30;
/// They stay ducked for so long after speech, in milliseconds: a pause between sentences does not make them swell.
const DUCK_HOLD_MS: usize = 300;
/// And come back in this time, in milliseconds, without drawing attention.
const UNDUCK_MS: usize = 400;

/// Mixes the current streams of all feeds, period by period.
#[derive(Debug)]
pub struct Renderer {
    shared: Arc<Shared>,
    tracks: Box<[Track]>,
    on_its_way: OnItsWay,
    ducking: Ducking,
    fade_step: f32,
    /// Where the feeds are added up.
    mix: Box<[i32]>,
    period: Box<[i16]>,
}

impl Renderer {
    /// A renderer for sinks of this rate in Hz, and the mixer in which its feeds are opened. Everything is allocated
    /// here; the memory of a feed is touched when it first plays.
    pub fn new(rate_hz: u32, period_frames: usize) -> (Mixer, Self) {
        let period_frames = period_frames.max(1);
        let frames = |milliseconds| frames_in(milliseconds, rate_hz);
        let (ends, tracks): (Vec<_>, Vec<_>) = (0..FEEDS)
            .map(|_| {
                let (producer, consumer) = RingBuffer::new(frames(QUEUE_MS));
                (FeedEnd::new(producer), Track::new(consumer, frames(HISTORY_MS).max(period_frames)))
            })
            .unzip();
        let (writer, reader) = tap::tap(frames(tap::TAP_MS));
        let shared = Arc::new(Shared::new(rate_hz, ends.into(), reader));
        let renderer = Self {
            shared: Arc::clone(&shared),
            tracks: tracks.into(),
            on_its_way: OnItsWay::new(writer, frames(HISTORY_MS).max(period_frames)),
            ducking: Ducking::new(rate_hz),
            fade_step: 1.0 / frames(FADE_MS) as f32,
            mix: vec![0; period_frames].into(),
            period: vec![0; period_frames].into(),
        };
        (Mixer { shared }, renderer)
    }

    /// Fills `period` for a listener who hears each period at once, before the next call: the loudspeaker of a
    /// simulation.
    pub fn render(&mut self, period: &mut [i16]) {
        self.take_up(0, || 0);
        self.fill(period, Instant::now());
    }

    /// Renders one period and writes it to `sink`: what the playback thread does over and over. `now` is for the tap.
    ///
    /// # Errors
    /// The sink is gone. What it had not played is played when it is back.
    pub fn step(&mut self, sink: &mut (impl Sink + ?Sized), now: Instant) -> Result<Written, DeviceLost> {
        let delay = sink.delay_frames();
        let delay = self.take_up(delay, || sink.drop_pending());
        self.write(sink, later(now, delay, self.shared.rate_hz))
    }

    /// Writes one period whatever commands wait, for a sink that cannot take them up at any moment. `heard_at`, when its
    /// first frame will be heard, is for the tap.
    ///
    /// # Errors
    /// As [`Renderer::step`].
    pub fn write(&mut self, sink: &mut (impl Sink + ?Sized), heard_at: Instant) -> Result<Written, DeviceLost> {
        let mut period = std::mem::take(&mut self.period);
        self.fill(&mut period, heard_at);
        let written = sink.write(&period);
        self.period = period;
        if written.is_err() {
            self.rewind();
        }
        written
    }

    /// Keeps the controls working while there is no sink to write to: what the playback thread does meanwhile.
    pub fn idle(&mut self) {
        self.take_up(0, || 0);
        self.drop_stale();
    }

    /// Carries out waiting commands without writing a period: for a sink that needs no silence.
    pub fn obey(&mut self, sink: &mut (impl Sink + ?Sized)) {
        let delay = sink.delay_frames();
        self.take_up(delay, || sink.drop_pending());
        self.drop_stale();
    }

    /// Whether the next period would be silence.
    pub fn is_idle(&self) -> bool {
        !self.tracks.iter().any(Track::sounds)
    }

    /// Whether the next period would have no gap: whatever sounds has a whole period.
    pub fn has_a_period(&self) -> bool {
        self.tracks.iter().all(|track| track.has(self.period.len()))
    }

    /// Whether a command waits that takes back something on its way to the ear: the next step tells the sink to drop it.
    pub fn falls_silent(&self) -> bool {
        self.tracks.iter().zip(&self.shared.feeds).any(|(track, end)| track.falls_silent(end.words.command()))
    }

    /// A sink that takes a while to fall silent has done so, and dropped the last `frames` that were written. They are played
    /// again, unless a command discards them.
    pub fn take_back(&mut self, frames: usize) {
        self.keep_last(frames);
        self.rewind();
    }

    /// Counts what was heard, then carries out new commands. `delay` frames of what was written were not heard yet;
    /// `drop_pending` drops them and tells how many they were at that moment. Returns the delay that is left.
    pub(super) fn take_up(&mut self, delay: usize, drop_pending: impl FnOnce() -> usize) -> usize {
        self.keep_last(delay);
        let mut commands = [Command::default(); FEEDS];
        for (command, end) in commands.iter_mut().zip(&self.shared.feeds) {
            *command = end.words.command();
        }
        let falls_silent = self.tracks.iter().zip(commands).any(|(track, command)| track.falls_silent(command));
        if falls_silent {
            self.keep_last(drop_pending());
            self.rewind();
        }
        for ((track, command), end) in self.tracks.iter_mut().zip(commands).zip(&self.shared.feeds) {
            track.take_up(command, &end.words);
        }
        if falls_silent { 0 } else { delay }
    }

    /// All that was written but the last `frames` was heard.
    fn keep_last(&mut self, frames: usize) {
        self.tracks.iter_mut().for_each(|track| track.keep_last(frames));
        self.ducking.gain.keep_last(frames);
        self.on_its_way.keep_last(frames, &self.shared);
    }

    /// Everything goes back to the first sample that was not heard.
    fn rewind(&mut self) {
        self.tracks.iter_mut().for_each(Track::rewind);
        self.ducking.gain.rewind();
        self.on_its_way.drop_unheard(&self.shared);
    }

    fn drop_stale(&mut self) {
        self.tracks.iter_mut().for_each(Track::drop_stale);
    }

    pub(super) fn fill(&mut self, period: &mut [i16], heard_at: Instant) {
        self.drop_stale();
        let mut before = 0;
        for part in period.chunks_mut(self.mix.len()) {
            self.mix(part);
            self.on_its_way.push(part, later(heard_at, before, self.shared.rate_hz), &self.shared);
            before += part.len();
        }
    }

    fn mix(&mut self, period: &mut [i16]) {
        let Self { shared, tracks, ducking, fade_step, mix, .. } = self;
        let mix = &mut mix[..period.len()];
        mix.fill(0);
        let is_ducking = tracks.iter().any(|track| track.part().ducks() && track.sounds());
        let duck = ducking.push(is_ducking, mix.len(), shared.ducked.get());
        for (track, end) in tracks.iter_mut().zip(&shared.feeds) {
            let level = shared.level(track.part()) * end.words.gain.get();
            let duck = if track.part().ducks() { Slope::NONE } else { duck };
            track.mix_into(mix, level, *fade_step, duck, &shared.counters.gaps);
        }
        for (sample, sum) in period.iter_mut().zip(mix) {
            *sample = (*sum).clamp(i16::MIN.into(), i16::MAX.into()) as i16;
        }
    }
}

/// How far sounds make way for speech and alarms.
#[derive(Debug)]
struct Ducking {
    gain: Ramp,
    /// Frames since something sounded that ducks.
    quiet_frames: usize,
    hold_frames: usize,
    down_step: f32,
    up_step: f32,
}

impl Ducking {
    fn new(rate_hz: u32) -> Self {
        Self {
            gain: Ramp::new(1.0),
            quiet_frames: usize::MAX,
            hold_frames: frames_in(DUCK_HOLD_MS, rate_hz),
            down_step: 1.0 / frames_in(DUCK_MS, rate_hz) as f32,
            up_step: 1.0 / frames_in(UNDUCK_MS, rate_hz) as f32,
        }
    }

    /// The gain of sounds in the frames that are being written.
    fn push(&mut self, is_ducking: bool, frames: usize, ducked: f32) -> Slope {
        let to = if is_ducking || self.quiet_frames < self.hold_frames { ducked } else { 1.0 };
        self.quiet_frames = if is_ducking { 0 } else { self.quiet_frames.saturating_add(frames) };
        let step = if to < self.gain.gain() { self.down_step } else { self.up_step };
        self.gain.push(frames, to, step)
    }
}

fn frames_in(milliseconds: usize, rate_hz: u32) -> usize {
    (rate_hz as usize * milliseconds).div_ceil(1_000).max(1)
}
