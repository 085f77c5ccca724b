//! The one record of everything that is counted on the way of sound, and who reads it: whatever moves is told once, in the log
//! and at the door, and taken back when it has not moved for a while.
//!
//! Rule: a counter without a reader does not compile: [`SoundPath::counts`] names every field.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parley_audio::capture::CaptureCounters;
use parley_audio::playback::{Mixer, PlaybackCounters};
use parley_conversation::{Announcement, Event, Language, Sounding, Urgency};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::conductor::{Handle, next_announcement};
use crate::listening::{EchoCounters, ListeningCounters, SoundTrouble};

/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A device that is away for less is not spoken of.
const AWAY_AFTER: Duration = Duration::from_secs(3);
/// What has not moved for so long is over.
const OVER_AFTER: Duration = Duration::from_secs(600);
/// Blocks that may be given to the echo canceller and not processed yet: a frame.
const IN_PROCESS: u64 = 2;
/// An announcement that a device is away is of use for so long.
const OF_USE: Duration = Duration::from_secs(60);

/// What a trouble is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SoundPart {
    Microphone,
    Loudspeaker,
}

impl SoundPart {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Microphone => "microphone",
            Self::Loudspeaker => "loudspeaker",
        }
    }
}

impl fmt::Display for SoundPart {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Something that is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The device is away.
    Away,
    /// Its thread may not be real-time.
    NotRealTime,
    /// It keeps no time of its own.
    Unpaced,
    /// Sound of the microphone is lost: the capture thread came too late, or nobody took what it had.
    LosesSound,
    /// Frames wait for the conductor for more than a second.
    Behind,
    /// It was there again after a loss.
    Lost,
    /// The loudspeaker ran empty: the playback thread came too late.
    RunsEmpty,
    /// The voice is slower than it is spoken.
    Gaps,
    /// Whoever taps the loudspeaker is too slow.
    TapBehind,
    /// Not all of the microphone's sound goes through the echo canceller.
    NotCancelled,
    /// What was played is not known in time, and its echo stays.
    NoReference,
    /// Of the microphone's sound.
    Sound(SoundTrouble),
}

impl Trouble {
    /// Whether something failed; the others are how a device is, or a voice that is slow.
    pub(super) fn is_fault(self) -> bool {
        match self {
            Self::Away | Self::LosesSound | Self::Behind | Self::RunsEmpty => true,
            Self::NotRealTime | Self::Unpaced | Self::Lost | Self::Gaps | Self::TapBehind | Self::Sound(_) => false,
            Self::NotCancelled => true,
            Self::NoReference => false,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Away => "is not there: plug it in, or see `parley check`",
            Self::NotRealTime => "has no real-time priority: sound may break up while the machine is busy",
            Self::Unpaced => "keeps no time of its own",
            Self::LosesSound => "loses sound: the machine is too busy",
            Self::Behind => "waits for the conversation, which is too slow for it",
            Self::Lost => "went away and came back: look at its cable",
            Self::RunsEmpty => "ran empty: the machine is too busy",
            Self::Gaps => "had nothing to play in the middle of an answer: the voice is too slow",
            Self::TapBehind => "is listened to by something too slow",
            Self::NotCancelled => "hears the loudspeaker, and not all of that is taken out",
            Self::NoReference => "hears the loudspeaker without knowing what it plays: the machine is too busy",
            Self::Sound(trouble) => return trouble.fmt(formatter),
        })
    }
}

/// What is not as it should be now.
pub type Troubles = Vec<(SoundPart, Trouble)>;

/// Everything that sound goes through, with its counters.
#[derive(Debug, Clone)]
pub struct SoundPath {
    pub capture: Arc<CaptureCounters>,
    pub listening: Arc<ListeningCounters>,
    pub mixer: Mixer,
}

/// What was counted until a moment.
#[derive(Debug, Clone, Default, PartialEq)]
struct Counts {
    /// What is so or not.
    so: BTreeMap<(SoundPart, Trouble), bool>,
    /// What only rises.
    risen: BTreeMap<(SoundPart, Trouble), u64>,
}

impl SoundPath {
    /// How often each of the threads has moved: capture, listening, playback.
    pub fn beats(&self) -> [u64; 3] {
        let listening = self.listening.beats.load(Ordering::Relaxed);
        [self.capture.beats.get(), listening, self.mixer.counters().beats.get()]
    }

    /// Whether sound comes, and goes.
    pub fn works(&self) -> bool {
        let is_there = !self.capture.is_lost.get() && !self.mixer.counters().is_lost.get();
        is_there && self.capture.frames.get() > 0
    }

    fn counts(&self) -> Counts {
        use SoundPart::{Loudspeaker, Microphone};
        let CaptureCounters {
            frames: _,
            heard_us: _,
            dropped,
            overruns,
            losses,
            is_lost,
            lost,
            beats: _,
            is_late,
            is_unpaced,
        } = &*self.capture;
        let ListeningCounters { dropped: behind, beats: _, troubles, echo, recorder: _ } = &*self.listening;
        let EchoCounters { given, processed, without_reference, passages: _ } = echo;
        // In this order: what is processed has been given.
        let processed = processed.load(Ordering::Relaxed);
        let uncancelled = given.load(Ordering::Relaxed).saturating_sub(processed) > IN_PROCESS;
        let PlaybackCounters {
            underruns,
            gaps,
            losses: losses_of_loudspeaker,
            tap_losses,
            is_lost: loudspeaker_is_lost,
            beats: _,
            is_late: loudspeaker_is_late,
            is_unpaced: loudspeaker_is_unpaced,
        } = self.mixer.counters();
        let mut so = BTreeMap::from([
            ((Microphone, Trouble::Away), is_lost.get()),
            ((Microphone, Trouble::NotRealTime), is_late.get()),
            ((Microphone, Trouble::Unpaced), is_unpaced.get()),
            ((Microphone, Trouble::NotCancelled), uncancelled),
            ((Loudspeaker, Trouble::Away), loudspeaker_is_lost.get()),
            ((Loudspeaker, Trouble::NotRealTime), loudspeaker_is_late.get()),
            ((Loudspeaker, Trouble::Unpaced), loudspeaker_is_unpaced.get()),
        ]);
        so.extend(SoundTrouble::ALL.map(|trouble| ((Microphone, Trouble::Sound(trouble)), false)));
        so.extend(troubles.get().map(|trouble| ((Microphone, Trouble::Sound(trouble)), true)));
        let risen = BTreeMap::from([
            ((Microphone, Trouble::LosesSound), dropped.get() + overruns.get() + lost.get()),
            ((Microphone, Trouble::Behind), behind.load(Ordering::Relaxed)),
            ((Microphone, Trouble::NoReference), without_reference.load(Ordering::Relaxed)),
            ((Microphone, Trouble::Lost), losses.get()),
            ((Loudspeaker, Trouble::Lost), losses_of_loudspeaker.get()),
            ((Loudspeaker, Trouble::RunsEmpty), underruns.get()),
            ((Loudspeaker, Trouble::Gaps), gaps.get()),
            ((Loudspeaker, Trouble::TapBehind), tap_losses.get()),
        ]);
        Counts { so, risen }
    }
}

/// What has been told.
#[derive(Debug, Default)]
struct Record {
    counts: Counts,
    /// Since when each is so, or when it rose last.
    since: BTreeMap<(SoundPart, Trouble), Duration>,
    told: Troubles,
}

impl Record {
    /// Takes what was counted by `now`; what is not as it should be, if that has changed.
    fn look(&mut self, counts: Counts, now: Duration) -> Option<&Troubles> {
        let mut troubles = Troubles::new();
        for (key, is_so) in &counts.so {
            if !is_so {
                self.since.remove(key);
                continue;
            }
            let since = *self.since.entry(*key).or_insert(now);
            let at_once = key.1 != Trouble::Away;
            if at_once || now.saturating_sub(since) >= AWAY_AFTER {
                troubles.push(*key);
            }
        }
        for (key, count) in &counts.risen {
            if *count > self.counts.risen.get(key).copied().unwrap_or(0) {
                self.since.insert(*key, now);
            }
            if self.since.get(key).is_some_and(|since| now.saturating_sub(*since) < OVER_AFTER) {
                troubles.push(*key);
            } else {
                self.since.remove(key);
            }
        }
        // While a device is away, that is all there is to say of its losses.
        let is_away = |part: SoundPart| counts.so.get(&(part, Trouble::Away)) == Some(&true);
        troubles.retain(|(part, trouble)| *trouble != Trouble::Lost || !is_away(*part));
        troubles.sort_unstable();
        self.counts = counts;
        (troubles != self.told).then(|| {
            self.told = troubles;
            &self.told
        })
    }
}

/// Reads the counters until the conversation ends: warns once of what moves, and says aloud that the microphone is away.
/// `table`: what is said, in the preferred voice's language.
pub async fn watch(handle: Handle, path: SoundPath, tell: watch::Sender<Troubles>, table: &'static Language) {
    let (begun, mut record) = (Instant::now(), Record::default());
    let mut tick = tokio::time::interval(LOOK_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        if handle.control.is_closed() {
            return;
        }
        let Some(troubles) = record.look(path.counts(), begun.elapsed()) else { continue };
        let before = tell.send_replace(troubles.clone());
        for (part, trouble) in troubles.iter().filter(|trouble| !before.contains(trouble)) {
            tracing::warn!("the {part} {trouble}");
            handle.flight.trouble(*part, *trouble);
        }
        for (part, trouble) in before.iter().filter(|trouble| !troubles.contains(trouble)) {
            tracing::info!("no more: the {part} {trouble}");
        }
        let gone = (SoundPart::Microphone, Trouble::Away);
        if troubles.contains(&gone) && !before.contains(&gone) {
            let announcement = Announcement {
                id: next_announcement(),
                sounding: Sounding::TextIn { language: table.code.into(), text: table.sentences.no_microphone.into() },
                urgency: Urgency::Low,
                until: Some(handle.started.elapsed() + OF_USE),
                until_acknowledged: false,
            };
            if handle.control.send(Event::Announce { announcement }).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SoundPart::{Loudspeaker, Microphone};

    fn counts(so: &[(SoundPart, Trouble)], risen: &[((SoundPart, Trouble), u64)]) -> Counts {
        let mut so: BTreeMap<_, _> = so.iter().map(|key| (*key, true)).collect();
        for part in [Microphone, Loudspeaker] {
            so.entry((part, Trouble::Away)).or_insert(false);
        }
        Counts { so, risen: risen.iter().copied().collect() }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_moves_is_told_once_and_taken_back_when_it_has_not_moved_for_a_while() {
        let mut record = Record::default();
        let lost = |count| counts(&[], &[((Microphone, Trouble::LosesSound), count)]);
        assert_eq!(record.look(lost(0), at(0)), None);
        assert_eq!(record.look(lost(3), at(1)), Some(&vec![(Microphone, Trouble::LosesSound)]));
        assert_eq!(record.look(lost(9), at(400)), None, "once, however often it moves");
        assert_eq!(record.look(lost(9), at(999)), None);
        assert_eq!(record.look(lost(9), at(1_000)), Some(&vec![]));
        assert_eq!(record.look(lost(9), at(1_001)), None);
        assert_eq!(record.look(lost(10), at(1_002)), Some(&vec![(Microphone, Trouble::LosesSound)]), "and again");
    }

    #[test]
    fn a_device_that_is_away_is_told_after_a_moment_and_its_return_at_once() {
        let mut record = Record::default();
        let losses = |away: bool| {
            let so: &[_] = if away { &[(Loudspeaker, Trouble::Away)] } else { &[] };
            counts(so, &[((Loudspeaker, Trouble::Lost), 1)])
        };
        assert_eq!(record.look(losses(true), at(0)), None, "a cable that is moved");
        assert_eq!(record.look(losses(true), at(3)), Some(&vec![(Loudspeaker, Trouble::Away)]));
        assert_eq!(record.look(losses(true), at(300)), None);
        assert_eq!(record.look(losses(false), at(301)), Some(&vec![(Loudspeaker, Trouble::Lost)]));
        assert_eq!(record.look(losses(false), at(600)), Some(&vec![]));
    }

    /// The real counters: none is on the wrong side of the record.
    #[test]
    fn a_path_on_which_nothing_moves_has_no_trouble() {
        let (mixer, _) = parley_audio::playback::Renderer::new(48_000, 480);
        let path = SoundPath { capture: Arc::default(), listening: Arc::default(), mixer };
        assert_eq!(Record::default().look(path.counts(), at(10)), None);
        path.listening.dropped.fetch_add(1, Ordering::Relaxed);
        assert_eq!(Record::default().look(path.counts(), at(10)), Some(&vec![(Microphone, Trouble::Behind)]));
        assert!(!path.works(), "nothing has come yet");
        assert_eq!(path.beats(), [0; 3]);
    }
}
