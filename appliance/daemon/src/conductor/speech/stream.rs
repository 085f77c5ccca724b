//! A turn's stream in the loudspeaker.
//!
//! Conductor and player decide about it from different threads: a pause may come before there is a stream to be paused,
//! and the turn may be stopped while its player takes the loudspeaker. So both only do it here, behind one lock.

use std::sync::Mutex;
use std::time::Duration;

use parley_audio::playback::{Control, StreamId};

use super::super::lock;

/// A turn's stream; not begun until the turn is released and has something to say.
#[derive(Debug)]
pub(in crate::conductor) struct Stream {
    control: Control,
    rate_hz: u32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    id: Option<StreamId>,
    paused: bool,
    stopped: bool,
}

impl Stream {
    pub(super) fn new(control: Control, rate_hz: u32) -> Self {
        Self { control, rate_hz, state: Mutex::default() }
    }

    /// Takes the loudspeaker, which stays silent if the turn is paused; `None` if the turn has been stopped.
    pub(super) fn begin(&self) -> Option<StreamId> {
        let mut state = lock(&self.state);
        if state.stopped {
            return None;
        }
        let id = self.control.discard();
        if state.paused {
            self.control.pause();
        }
        state.id = Some(id);
        Some(id)
    }

    /// Falls silent, now or as soon as there is anything to hear, and keeps the rest.
    pub(in crate::conductor) fn pause(&self) {
        let mut state = lock(&self.state);
        state.paused = true;
        if state.id.is_some() {
            self.control.pause();
        }
    }

    pub(in crate::conductor) fn resume(&self) {
        let mut state = lock(&self.state);
        state.paused = false;
        if state.id.is_some() {
            self.control.resume();
        }
    }

    /// Drops what has not been heard, for good; how much was heard.
    pub(in crate::conductor) fn stop(&self) -> Duration {
        let mut state = lock(&self.state);
        let heard = self.heard_of(&state);
        state.stopped = true;
        if state.id.is_some() {
            self.control.discard();
        }
        heard
    }

    pub(super) fn heard(&self) -> Duration {
        self.heard_of(&lock(&self.state))
    }

    /// Whether all that was offered has been heard.
    pub(super) fn is_drained(&self) -> bool {
        self.control.is_drained()
    }

    pub(super) fn is_paused(&self) -> bool {
        lock(&self.state).paused
    }

    /// Whether a loudspeaker that plays nothing of it is as it should be.
    pub(super) fn has_nothing_to_play(&self) -> bool {
        self.is_paused() || self.is_drained()
    }

    fn heard_of(&self, state: &State) -> Duration {
        let frames = state.id.and_then(|id| self.control.heard_of(id)).unwrap_or(0);
        Duration::from_secs_f64(frames as f64 / f64::from(self.rate_hz.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use parley_audio::playback::{Part, Renderer};

    use super::*;

    #[test]
    fn a_turn_that_was_stopped_never_takes_the_loudspeaker() {
        let (mixer, _) = Renderer::new(1_000, 10);
        let (_, control) = mixer.open(Part::Speech).expect("it is the first feed");
        let stream = Stream::new(control.clone(), 1_000);
        stream.stop();
        let before = control.stream();
        assert_eq!(stream.begin(), None);
        assert_eq!(control.stream(), before, "what others say goes on");
    }

    #[test]
    fn a_turn_that_was_paused_before_it_had_anything_to_say_begins_silent() {
        let (mixer, mut renderer) = Renderer::new(1_000, 10);
        let (mut feed, control) = mixer.open(Part::Speech).expect("it is the first feed");
        let stream = Stream::new(control, 1_000);
        stream.pause();
        let id = stream.begin().expect("nobody stopped it");
        assert_eq!(feed.offer(id, &[7_i16; 20]), Ok(20));
        let mut period = [1; 10];
        renderer.render(&mut period);
        assert_eq!(period, [0; 10]);
        stream.resume();
        renderer.render(&mut period);
        assert_eq!(period, [7; 10]);
        renderer.render(&mut period);
        renderer.render(&mut period);
        assert_eq!(stream.stop(), Duration::from_millis(20));
    }
}
