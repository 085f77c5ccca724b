//! The renderer's end of one feed.
//!
//! ```text
//! 0 ........ heard ........ cursor ........ fetched ........ offered     (samples of the current stream)
//!            └── in the sink ┘└── history ──┘└── in the ring ─┘
//! ```
//! A pause moves `cursor` back to `heard`; the samples in between are still in the history, and are played again on
//! resume.

use rtrb::Consumer;

use super::control::{Command, Progress, StreamId, Words};
use super::feed::Queued;
use super::mixer::Part;
use super::ramp::{Ramp, Slope};
use super::unheard::Unheard;
use crate::counter::Counter;

/// The stream of one feed on its way into the mix.
#[derive(Debug)]
pub(super) struct Track {
    queue: Consumer<Queued>,
    /// The last command that was carried out.
    taken_up: Command,
    /// The samples before `fetched`, at their index modulo its length.
    history: Box<[i16]>,
    fetched: u64,
    cursor: u64,
    unheard: Unheard,
    /// The stream ran dry in the middle.
    is_dry: bool,
    level: Ramp,
}

impl Track {
    pub(super) fn new(queue: Consumer<Queued>, history_frames: usize) -> Self {
        Self {
            queue,
            taken_up: Command::default(),
            history: vec![0; history_frames].into(),
            fetched: 0,
            cursor: 0,
            unheard: Unheard::new(),
            is_dry: false,
            level: Ramp::new(1.0),
        }
    }

    pub(super) fn part(&self) -> Part {
        self.taken_up.part
    }

    /// Whether it has something for the next period.
    pub(super) fn sounds(&self) -> bool {
        let is_current = |queued: &Queued| queued.stream == self.taken_up.stream;
        !self.taken_up.paused && (self.cursor < self.fetched || self.queue.peek().is_ok_and(is_current))
    }

    /// Whether it has so many frames, or is to be silent.
    pub(super) fn has(&self, frames: usize) -> bool {
        !self.sounds() || (self.fetched - self.cursor) as usize + self.queue.slots() >= frames
    }

    /// All that was written but the last `frames` was heard.
    pub(super) fn keep_last(&mut self, frames: usize) {
        self.unheard.keep_last(frames);
        self.level.keep_last(frames);
    }

    /// Whether the command takes something back that is on its way to the ear.
    pub(super) fn falls_silent(&self, command: Command) -> bool {
        let is_new_stream = command.stream != self.taken_up.stream;
        (is_new_stream || (command.paused && !self.taken_up.paused)) && self.unheard.speech() > 0
    }

    /// Carries out a command, after what it takes back was taken back.
    pub(super) fn take_up(&mut self, command: Command, words: &Words) {
        if command.stream != self.taken_up.stream {
            words.set_ended(self.progress());
            (self.fetched, self.cursor, self.is_dry) = (0, 0, false);
        }
        self.is_dry &= !command.paused;
        self.taken_up = command;
        words.set_heard(self.progress());
    }

    fn progress(&self) -> Progress {
        Progress::new(self.taken_up.stream, self.cursor - self.unheard.speech() as u64)
    }

    /// Goes back to the first sample that was not heard.
    pub(super) fn rewind(&mut self) {
        let oldest_kept = self.fetched.saturating_sub(self.history.len() as u64);
        self.cursor = (self.cursor - self.unheard.speech() as u64).max(oldest_kept);
        self.unheard.keep_last(0);
        self.level.rewind();
    }

    /// Adds what it has for these frames to the mix.
    pub(super) fn mix_into(&mut self, mix: &mut [i32], level: f32, level_step: f32, duck: Slope, gaps: &Counter) {
        if self.cursor == 0 {
            // A stream begins as loud as it is to be.
            self.level.jump(level);
        }
        let level = self.level.push(mix.len(), level, level_step);
        let sound = if self.sounds() { self.add(mix, level, duck) } else { 0 };
        if !self.taken_up.paused {
            self.count_gaps(sound, mix.len(), gaps);
        }
        self.unheard.push(sound, true);
        self.unheard.push(mix.len() - sound, false);
    }

    fn add(&mut self, mix: &mut [i32], level: Slope, duck: Slope) -> usize {
        self.fetch(mix.len());
        let sound = mix.len().min((self.fetched - self.cursor) as usize);
        let mut done = 0;
        while done < sound {
            let place = self.place_of(self.cursor);
            let samples = &self.history[place..self.history.len().min(place + sound - done)];
            add_scaled(&mut mix[done..], samples, done, level, duck);
            done += samples.len();
            self.cursor += samples.len() as u64;
        }
        sound
    }

    /// Sees to it that the history holds the next `frames`, as far as they were offered.
    fn fetch(&mut self, frames: usize) {
        let wanted = (self.cursor + frames as u64).saturating_sub(self.fetched) as usize;
        let mut place = self.place_of(self.fetched);
        // Never too few: the track alone takes them.
        let Ok(chunk) = self.queue.read_chunk(wanted.min(self.queue.slots())) else { return };
        let (first, second) = chunk.as_slices();
        // A later stream waits until its discard has been taken up.
        let current = first.iter().chain(second).take_while(|queued| queued.stream == self.taken_up.stream);
        let mut taken = 0;
        for queued in current {
            self.history[place] = queued.sample;
            place = if place + 1 == self.history.len() { 0 } else { place + 1 };
            taken += 1;
        }
        chunk.commit(taken);
        self.fetched += taken as u64;
    }

    fn place_of(&self, sample: u64) -> usize {
        (sample % self.history.len() as u64) as usize
    }

    pub(super) fn drop_stale(&mut self) {
        let is_stale = |stream: StreamId| stream < self.taken_up.stream;
        while self.queue.peek().is_ok_and(|queued| is_stale(queued.stream)) {
            // Just seen, so there.
            let _ = self.queue.pop();
        }
    }

    fn count_gaps(&mut self, sound: usize, wanted: usize, gaps: &Counter) {
        if sound > 0 && self.is_dry {
            gaps.add(1);
        }
        self.is_dry = if sound < wanted { self.cursor > 0 } else { false };
    }
}

/// Adds samples to a mix of which `done` frames came before.
fn add_scaled(mix: &mut [i32], samples: &[i16], done: usize, level: Slope, duck: Slope) {
    let places = mix.iter_mut().zip(samples);
    match level.constant().zip(duck.constant()).map(|(level, duck)| level * duck) {
        Some(1.0) => places.for_each(|(sum, sample)| *sum += i32::from(*sample)),
        Some(gain) => places.for_each(|(sum, sample)| *sum += scaled(*sample, gain)),
        None => {
            for (number, (sum, sample)) in (done + 1..).zip(places) {
                *sum += scaled(*sample, level.after(number) * duck.after(number));
            }
        }
    }
}

fn scaled(sample: i16, gain: f32) -> i32 {
    (f32::from(sample) * gain).round() as i32
}
