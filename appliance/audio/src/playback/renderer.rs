//! The allocation-free step that turns queued speech into periods of a sink.
//!
//! ```text
//! 0 ........ heard ........ cursor ........ fetched ........ offered     (samples of the current stream)
//!            └── in the sink ┘└── history ──┘└── in the ring ─┘
//! ```
//! A pause moves `cursor` back to `heard`; the samples in between are still in the history, and are said again on
//! resume.

use std::sync::Arc;

use rtrb::{Consumer, RingBuffer};

use super::control::{Command, Control, Progress, Shared, StreamId};
use super::feed::{Feed, Queued};
use super::sink::{Sink, Written};
use super::unheard::Unheard;
use crate::device::DeviceLost;

/// Speech that waits for playback, in milliseconds; beyond, synthesis waits.
const QUEUE_MS: usize = 400;
/// Speech that can be said again, in milliseconds: more than the delay of any sink, a Bluetooth loudspeaker's included.
const HISTORY_MS: usize = 2_000;
/// A change of volume from silence to full scale takes this long, in milliseconds: too slow to click.
const FADE_MS: f32 = 20.0;

/// Renders the current stream, period by period.
#[derive(Debug)]
pub struct Renderer {
    queue: Consumer<Queued>,
    shared: Arc<Shared>,
    /// The last command that was carried out.
    taken_up: Command,
    /// The samples before `fetched`, at their index modulo its length.
    history: Box<[i16]>,
    fetched: u64,
    cursor: u64,
    unheard: Unheard,
    /// The stream ran dry in the middle.
    is_dry: bool,
    gain: f32,
    gain_step: f32,
    period: Box<[i16]>,
}

impl Renderer {
    /// A renderer for sinks of this rate in Hz, with its feed and its control. Everything is allocated here.
    pub fn new(rate_hz: u32, period_frames: usize) -> (Feed, Control, Self) {
        let frames = |milliseconds: usize| (rate_hz as usize * milliseconds).div_ceil(1_000).max(1);
        let (producer, consumer) = RingBuffer::new(frames(QUEUE_MS));
        let shared = Arc::new(Shared::new());
        let renderer = Self {
            queue: consumer,
            shared: Arc::clone(&shared),
            taken_up: Command::default(),
            history: vec![0; frames(HISTORY_MS)].into(),
            fetched: 0,
            cursor: 0,
            unheard: Unheard::new(),
            is_dry: false,
            gain: 1.0,
            gain_step: 1_000.0 / (FADE_MS * rate_hz as f32),
            period: vec![0; period_frames].into(),
        };
        (Feed::new(producer, Arc::clone(&shared), rate_hz), Control { shared }, renderer)
    }

    /// Fills `period` for a listener who hears each period at once, before the next call: the loudspeaker of a
    /// simulation.
    pub fn render(&mut self, period: &mut [i16]) {
        self.take_up(0, || 0);
        self.fill(period);
    }

    /// Renders one period and writes it to `sink`: what the playback thread does over and over.
    ///
    /// # Errors
    /// The sink is gone. What it had not played is said again when it is back.
    pub fn step(&mut self, sink: &mut (impl Sink + ?Sized)) -> Result<Written, DeviceLost> {
        let delay = sink.delay_frames();
        self.take_up(delay, || sink.drop_pending());
        let mut period = std::mem::take(&mut self.period);
        self.fill(&mut period);
        let written = sink.write(&period);
        self.period = period;
        if written.is_err() {
            self.rewind();
        }
        written
    }

    /// Keeps the controls working while there is no sink to write to.
    pub(super) fn idle(&mut self) {
        self.take_up(0, || 0);
        self.drop_stale();
    }

    /// Carries out a waiting command without writing a period.
    pub(super) fn obey(&mut self, sink: &mut (impl Sink + ?Sized)) {
        let delay = sink.delay_frames();
        self.take_up(delay, || sink.drop_pending());
        self.drop_stale();
    }

    /// Whether the next period would be silence.
    pub(super) fn is_idle(&self) -> bool {
        self.taken_up.paused || (self.cursor == self.fetched && self.queue.is_empty())
    }

    /// Counts what was heard, then carries out a new command. `delay` frames of what was written were not heard yet;
    /// `drop_pending` drops them and tells how many they were at that moment.
    pub(super) fn take_up(&mut self, delay: usize, drop_pending: impl FnOnce() -> usize) {
        self.unheard.keep_last(delay);
        let command = self.shared.command();
        let is_new_stream = command.stream != self.taken_up.stream;
        let falls_silent = is_new_stream || (command.paused && !self.taken_up.paused);
        if falls_silent && self.unheard.speech() > 0 {
            self.unheard.keep_last(drop_pending());
            self.rewind();
        }
        if is_new_stream {
            self.shared.set_ended(self.progress());
            (self.fetched, self.cursor, self.is_dry) = (0, 0, false);
        }
        self.is_dry &= !command.paused;
        self.taken_up = command;
        self.shared.set_heard(self.progress());
    }

    fn progress(&self) -> Progress {
        Progress::new(self.taken_up.stream, self.cursor - self.unheard.speech() as u64)
    }

    /// Goes back to the first sample that was not heard.
    fn rewind(&mut self) {
        let oldest_kept = self.fetched.saturating_sub(self.history.len() as u64);
        self.cursor = (self.cursor - self.unheard.speech() as u64).max(oldest_kept);
        self.unheard.keep_last(0);
    }

    pub(super) fn fill(&mut self, period: &mut [i16]) {
        self.drop_stale();
        let mut speech = 0;
        if !self.taken_up.paused {
            while let Some(slot) = period.get_mut(speech)
                && let Some(sample) = self.next_sample()
            {
                *slot = sample;
                speech += 1;
            }
            self.count_gaps(speech, period.len());
        }
        self.apply_volume(&mut period[..speech]);
        period[speech..].fill(0);
        self.unheard.push(speech, true);
        self.unheard.push(period.len() - speech, false);
    }

    fn next_sample(&mut self) -> Option<i16> {
        let place = (self.cursor % self.history.len() as u64) as usize;
        if self.cursor == self.fetched {
            let queued = self.queue.peek().ok().copied()?;
            // A later stream waits until its discard has been taken up.
            if queued.stream != self.taken_up.stream {
                return None;
            }
            self.queue.pop().ok()?;
            self.history[place] = queued.sample;
            self.fetched += 1;
        }
        self.cursor += 1;
        Some(self.history[place])
    }

    fn drop_stale(&mut self) {
        let is_stale = |stream: StreamId| stream < self.taken_up.stream;
        while self.queue.peek().is_ok_and(|queued| is_stale(queued.stream)) {
            // Just seen, so there.
            let _ = self.queue.pop();
        }
    }

    fn count_gaps(&mut self, speech: usize, wanted: usize) {
        if speech > 0 && self.is_dry {
            self.shared.counters.gaps.add(1);
        }
        self.is_dry = if speech < wanted { self.cursor > 0 } else { false };
    }

    fn apply_volume(&mut self, speech: &mut [i16]) {
        let target = self.shared.volume();
        if self.gain == target && target == 1.0 {
            return;
        }
        for sample in speech {
            self.gain += (target - self.gain).clamp(-self.gain_step, self.gain_step);
            *sample = (f32::from(*sample) * self.gain).round() as i16;
        }
    }
}
