//! A renderer in a world that the test sets going, and an ear at its end.

use std::collections::BTreeMap;
use std::time::Instant;

use super::{PERIOD, RATE_HZ};
use crate::playback::control::StreamId;
use crate::playback::{Control, Ear, Feed, Mixer, Part, Renderer, SinkFormat, StaleStream};

/// Samples that tell their stream and their place in it; never 0, which is silence.
pub(super) fn mark(stream: StreamId, index: usize) -> i16 {
    (1 + (stream.0 as usize % 8) * 4_000 + index % 4_000) as i16
}

pub(super) fn stream_of(sample: i16) -> usize {
    (sample as usize - 1) / 4_000
}

/// A mixer with one feed.
pub(super) fn one_feed() -> (Feed, Control, Mixer, Renderer) {
    let (mixer, renderer) = Renderer::new(RATE_HZ, PERIOD);
    let (feed, control) = mixer.open(Part::Speech).unwrap();
    (feed, control, mixer, renderer)
}

pub(super) struct World {
    pub(super) feed: Feed,
    pub(super) control: Control,
    pub(super) mixer: Mixer,
    pub(super) renderer: Renderer,
    pub(super) ear: Ear,
    pub(super) offered: BTreeMap<StreamId, usize>,
    /// What the ear had heard when the last step was over, and whether the loudspeaker was paused then.
    pub(super) heard_at_step: usize,
    pub(super) was_paused_at_step: bool,
}

impl World {
    pub(super) fn new() -> Self {
        let (feed, control, mixer, renderer) = one_feed();
        let ear = Ear::new(SinkFormat { rate_hz: RATE_HZ, period_frames: PERIOD });
        let offered = BTreeMap::new();
        Self { feed, control, mixer, renderer, ear, offered, heard_at_step: 0, was_paused_at_step: false }
    }

    pub(super) fn offer(&mut self, stream: StreamId, wanted: usize) {
        let from = self.offered.get(&stream).copied().unwrap_or(0);
        let samples: Vec<i16> = (from..from + wanted).map(|index| mark(stream, index)).collect();
        match self.feed.offer(stream, &samples) {
            Ok(taken) => *self.offered.entry(stream).or_default() += taken,
            Err(StaleStream) => assert_ne!(stream, self.control.stream()),
        }
    }

    pub(super) fn step(&mut self) {
        let _ = self.renderer.step(&mut self.ear, Instant::now());
        self.settle();
    }

    pub(super) fn settle(&mut self) {
        self.heard_at_step = self.ear.heard.len();
        self.was_paused_at_step = self.control.is_paused();
    }

    pub(super) fn heard_of(&self, stream: StreamId) -> Vec<i16> {
        let number = stream.0 as usize % 8;
        self.ear.heard.iter().copied().filter(|sample| *sample != 0 && stream_of(*sample) == number).collect()
    }
}
