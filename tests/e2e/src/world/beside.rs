//! A sound beside answers.

use std::time::Duration;

use parley_audio::playback::{Control, Feed, Part};

use super::{PERIOD, World};

/// A sound that never ends. It is silent, so that the auditor hears answers alone.
pub(super) struct Beside {
    feed: Feed,
    control: Control,
}

impl Beside {
    pub(super) fn play(&mut self) {
        // An error would be a discard, and nobody discards it.
        let _ = self.feed.offer(self.control.stream(), &[0_i16; 2 * PERIOD]);
    }
}

impl World {
    /// From now on a sound is played beside whatever is said.
    pub fn play_beside(&mut self) {
        let mixer = self.handle.as_ref().and_then(|handle| handle.mixer.as_ref());
        let (feed, control) = mixer.expect("there is a loudspeaker").open(Part::Sound).expect("there is a free feed");
        self.beside = Some(Beside { feed, control });
    }

    /// How much of it was heard.
    pub fn heard_beside(&self) -> Duration {
        let frames = self.beside.as_ref().map_or(0, |beside| beside.control.heard());
        Duration::from_millis(frames)
    }
}
