//! The mixer's handle: feeds are opened here, and what concerns all of them is set here.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rtrb::Producer;

use super::control::{Control, PlaybackCounters, Words};
use super::feed::{Feed, Queued};
use super::tap::{Tap, TapReader};
use crate::counter::Flag;

/// Feeds that there can be at once: answers, an announcement, an alarm, some sounds of other programs.
pub const FEEDS: usize = 8;
/// How loud other feeds are while one sounds that ducks them: -18 dB.
const DUCKED: f32 = 0.125;

/// What a feed is for: which gain it follows, and who makes way for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Part {
    /// What Parley says. The others are ducked while it sounds.
    #[default]
    Speech,
    /// What has to be heard: the others are ducked while it sounds, and it is not.
    Alarm,
    /// Everything else, from a chime to music.
    Sound,
}

impl Part {
    pub(super) const ALL: [Self; 3] = [Self::Speech, Self::Alarm, Self::Sound];

    /// Whether others make way for it; then it makes way for nobody.
    pub(super) fn ducks(self) -> bool {
        match self {
            Self::Speech | Self::Alarm => true,
            Self::Sound => false,
        }
    }
}

/// Every feed is taken: one has to be closed first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the loudspeaker plays {FEEDS} feeds at once, and all of them are taken; close one first")]
pub struct NoFreeFeed;

/// A loudspeaker that several feeds share; clones are the same one. It outlives the loudspeaker, and does nothing then.
#[derive(Debug, Clone)]
pub struct Mixer {
    pub(super) shared: Arc<Shared>,
}

impl Mixer {
    /// Opens a feed. It is closed, and what it had not played is dropped, when the feed and the last clone of its
    /// control are dropped.
    ///
    /// # Errors
    /// All [`FEEDS`] are taken.
    pub fn open(&self, part: Part) -> Result<(Feed, Control), NoFreeFeed> {
        let lease = Arc::new(Lease::take(&self.shared).ok_or(NoFreeFeed)?);
        lease.words().open(part);
        Ok((Feed::new(Arc::clone(&lease)), Control { lease }))
    }

    /// Rate of the loudspeaker in Hz, which is that of every feed.
    pub fn rate_hz(&self) -> u32 {
        self.shared.rate_hz
    }

    /// Sets the loudness of everything, 0..=1 of full scale, within 20 ms without a click. Starts at 1. What is no
    /// number changes nothing; this holds for all gains.
    pub fn set_volume(&self, gain: f32) {
        self.shared.volume.set(gain);
    }

    /// The loudness of everything, 0..=1.
    pub fn volume(&self) -> f32 {
        self.shared.volume.get()
    }

    /// Sets the loudness of what Parley says, 0..=1, under that of everything. Starts at 1.
    pub fn set_speech_gain(&self, gain: f32) {
        self.shared.speech.set(gain);
    }

    /// Sets the loudness of alarms and sounds, 0..=1, under that of everything. Starts at 1.
    pub fn set_other_gain(&self, gain: f32) {
        self.shared.other.set(gain);
    }

    /// Sets how loud sounds are while speech or an alarm is heard, 0..=1. Starts at 0.125, which is -18 dB.
    pub fn set_ducked_gain(&self, gain: f32) {
        self.shared.ducked.set(gain);
    }

    /// What is really played, from now on; `None` while somebody else has it.
    pub fn tap(&self) -> Option<Tap> {
        let reader = self.shared.tap().take()?;
        Some(Tap::new(Arc::clone(&self.shared), reader))
    }

    /// What the loudspeaker has been through.
    pub fn counters(&self) -> &PlaybackCounters {
        &self.shared.counters
    }
}

/// A feed's place in the mixer, which the next one gets when the last of the feed's owners has let go of it.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) shared: Arc<Shared>,
    place: usize,
}

impl Lease {
    fn take(shared: &Arc<Shared>) -> Option<Self> {
        let lowest_free = |taken: u32| (taken.trailing_ones() as usize) < FEEDS;
        let take = |taken: u32| lowest_free(taken).then(|| taken | 1 << taken.trailing_ones());
        let before = shared.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).ok()?;
        Some(Self { shared: Arc::clone(shared), place: before.trailing_ones() as usize })
    }

    pub(super) fn words(&self) -> &Words {
        &self.shared.feeds[self.place].words
    }

    pub(super) fn queue(&self) -> std::sync::MutexGuard<'_, Producer<Queued>> {
        self.shared.feeds[self.place].queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.words().discard();
        self.shared.taken.fetch_and(!(1 << self.place), Ordering::AcqRel);
    }
}

/// What feeds, controls and the renderer know of each other. The renderer touches neither of the locks.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) rate_hz: u32,
    pub(super) feeds: Box<[FeedEnd]>,
    /// A bit for each feed that is open.
    taken: AtomicU32,
    volume: Gain,
    speech: Gain,
    other: Gain,
    pub(super) ducked: Gain,
    pub(super) counters: PlaybackCounters,
    pub(super) is_tapped: Flag,
    /// A sound is on its way to the ear.
    pub(super) is_sounding: Flag,
    tap: Mutex<Option<TapReader>>,
}

/// The feeding side of a place in the mixer.
#[derive(Debug)]
pub(super) struct FeedEnd {
    pub(super) words: Words,
    queue: Mutex<Producer<Queued>>,
}

impl FeedEnd {
    pub(super) fn new(queue: Producer<Queued>) -> Self {
        Self { words: Words::default(), queue: Mutex::new(queue) }
    }
}

impl Shared {
    pub(super) fn new(rate_hz: u32, feeds: Box<[FeedEnd]>, tap: TapReader) -> Self {
        Self {
            rate_hz,
            feeds,
            taken: AtomicU32::new(0),
            volume: Gain::default(),
            speech: Gain::default(),
            other: Gain::default(),
            ducked: Gain::new(DUCKED),
            counters: PlaybackCounters::default(),
            is_tapped: Flag::default(),
            is_sounding: Flag::default(),
            tap: Mutex::new(Some(tap)),
        }
    }

    /// How loud a feed of this part is without ducking, and without its own gain.
    pub(super) fn level(&self, part: Part) -> f32 {
        let group = match part {
            Part::Speech => &self.speech,
            Part::Alarm | Part::Sound => &self.other,
        };
        self.volume.get() * group.get()
    }

    pub(super) fn tap(&self) -> std::sync::MutexGuard<'_, Option<TapReader>> {
        self.tap.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A gain of 0..=1 that any thread may set.
#[derive(Debug)]
pub(super) struct Gain(AtomicU32);

impl Default for Gain {
    fn default() -> Self {
        Self::new(1.0)
    }
}

impl Gain {
    fn new(gain: f32) -> Self {
        Self(AtomicU32::new(gain.to_bits()))
    }

    pub(super) fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }

    pub(super) fn set(&self, gain: f32) {
        if !gain.is_nan() {
            self.0.store(gain.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
        }
    }
}
