//! A canceller with its reference: what a listener has between its microphone and whoever judges the sound.

use std::time::{Duration, Instant};

use parley_audio::playback::{Tap, TapBlock};

use crate::canceller::{BlockCanceller, CancellerFigures};
use crate::reference::{Reference, ReferenceFigures};
use crate::warp::UnknownRate;

/// The longest that a frame waits for what was played while it was captured. The tap tells a sound within two periods after it
/// was heard, and the reference is 5 ms ahead; more is for threads that come late.
const PATIENCE: Duration = Duration::from_millis(40);
/// How often it is looked whether it has come.
const LOOK: Duration = Duration::from_millis(2);
/// So long after the last sound something of it may still be in the room.
const FADES: Duration = Duration::from_millis(500);

/// Blocks of sound from which it knows a room's echo well enough for the rest not to pass for a voice: 5 s, once it is known
/// how fast the clocks run.
const LEARNT: u64 = 500;

/// The microphone hears the loudspeaker where it is louder than its own quiet, by so many dB, in a third of the frames in which
/// something is played. Nobody knows at first: as if it had been so in so many frames.
const LOUDER_DB: f32 = 10.0;
const HEARD_IN: u32 = 3;
const SUPPOSED: u32 = 5;
/// How fast what is taken for its quiet rises, for each frame: 5 dB a second.
const RISE_DB: f32 = 0.1;

/// What tells what was played: the mixer's tap, or its double.
pub trait Played: Send {
    /// The next block, whose samples take the place of those in `samples`; `None` where nothing new was heard.
    fn next(&mut self, samples: &mut Vec<i16>) -> Option<TapBlock>;

    /// Whether a sound, not silence, is on its way to the ear or has just been there.
    fn is_sounding(&self) -> bool;

    /// Waits for a moment, for more to be heard.
    fn wait(&mut self, moment: Duration) {
        std::thread::sleep(moment);
    }
}

impl Played for Tap {
    fn next(&mut self, samples: &mut Vec<i16>) -> Option<TapBlock> {
        Self::next(self, samples)
    }

    fn is_sounding(&self) -> bool {
        Self::is_sounding(self)
    }
}

/// What an echo canceller has been through.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EchoFigures {
    /// Its canceller.
    pub canceller: CancellerFigures,
    /// Its reference.
    pub reference: ReferenceFigures,
    /// Frames that went on without a reference that should have come.
    pub without_reference: u64,
}

/// A microphone's sound without the loudspeaker's.
#[derive(Debug, Clone, Copy)]
pub struct Cancelled<'a> {
    /// For a recogniser. As long as what was taken, where that is whole blocks.
    pub linear: &'a [f32],
    /// For whoever judges whether somebody speaks; as long.
    pub suppressed: &'a [f32],
    /// Whether the loudspeaker is to be heard, or was half a second ago.
    pub plays: bool,
    /// Whether what is heard may be its echo all the same: the room is not known yet, or what was played.
    pub may_be_echo: bool,
}

/// Cancels what a loudspeaker plays.
pub struct EchoCanceller<P> {
    played: P,
    reference: Reference,
    canceller: BlockCanceller,
    samples: Vec<i16>,
    aligned: Vec<f32>,
    linear: Vec<f32>,
    suppressed: Vec<f32>,
    sounded: Option<Instant>,
    hears: Hears,
    /// Blocks of sound that it had heard when the clocks were known; none as long as they are not.
    settled: Option<u64>,
    without_reference: u64,
}

/// Whether the microphone hears the loudspeaker at all: a headset's does not.
#[derive(Debug)]
struct Hears {
    quiet_db: f32,
    /// Frames in which something is played, and those of them that are louder than quiet.
    played: u32,
    loud: u32,
}

impl Hears {
    fn note(&mut self, captured: &[f32], plays: bool) {
        let power = captured.iter().map(|sample| sample * sample).sum::<f32>() / captured.len().max(1) as f32;
        let level_db = 10.0 * (power + 1e-10).log10();
        if plays {
            self.played = self.played.saturating_add(1);
            self.loud = self.loud.saturating_add(u32::from(level_db > self.quiet_db + LOUDER_DB));
        }
        self.quiet_db = level_db.min(self.quiet_db + RISE_DB);
    }

    fn may_be(&self) -> bool {
        self.loud.saturating_mul(HEARD_IN) >= self.played
    }
}

impl<P: Played> EchoCanceller<P> {
    /// Of a loudspeaker of this rate in Hz, 8000..=192000.
    ///
    /// # Errors
    /// Another rate.
    pub fn new(played: P, loudspeaker_hz: u32) -> Result<Self, UnknownRate> {
        Ok(Self {
            played,
            reference: Reference::new(loudspeaker_hz)?,
            canceller: BlockCanceller::default(),
            samples: Vec::new(),
            aligned: Vec::new(),
            linear: Vec::new(),
            suppressed: Vec::new(),
            sounded: None,
            settled: None,
            hears: Hears { quiet_db: 0.0, played: SUPPOSED, loud: SUPPOSED },
            without_reference: 0,
        })
    }

    /// Takes sound of the microphone, mono, 16 kHz, full scale is 1. `end`: how many samples it has given with these;
    /// `arrived`: when the last of them did. May wait for up to 40 ms while something is played.
    pub fn cancel(&mut self, captured: &[f32], end: u64, arrived: Instant) -> Cancelled<'_> {
        self.reference.captured(end, arrived);
        self.catch_up(end, arrived);
        let sounds = self.played.is_sounding();
        if sounds {
            self.sounded = Some(arrived);
        }
        let is_known = !sounds || self.reference.covers(end);
        if !is_known {
            self.without_reference += 1;
        }
        self.aligned.resize(captured.len(), 0.0);
        self.reference.take(end.saturating_sub(captured.len() as u64), &mut self.aligned);
        self.linear.clear();
        self.suppressed.clear();
        self.canceller.take(captured, &self.aligned, &mut self.suppressed, &mut self.linear);
        let plays = self.sounded.is_some_and(|sounded| arrived.saturating_duration_since(sounded) < FADES);
        let audible = self.canceller.audible();
        if self.settled.is_none() && self.reference.is_settled() {
            self.settled = Some(audible);
        }
        let is_learning = self.settled.is_none_or(|settled| audible < settled + LEARNT);
        if is_learning {
            self.hears.note(captured, sounds);
        }
        let may_be_echo = plays && self.hears.may_be() && (!is_known || is_learning);
        Cancelled { linear: &self.linear, suppressed: &self.suppressed, plays, may_be_echo }
    }

    /// What it has been through.
    pub fn figures(&self) -> EchoFigures {
        EchoFigures {
            canceller: self.canceller.figures(),
            reference: self.reference.figures(),
            without_reference: self.without_reference,
        }
    }

    /// Takes what was played, and waits for what is still to come.
    fn catch_up(&mut self, end: u64, arrived: Instant) {
        let patience = PATIENCE.saturating_sub(arrived.elapsed());
        let until = Instant::now() + patience;
        // By number too: time does not pass while a double waits.
        for _ in 0..=patience.as_millis() / LOOK.as_millis() {
            // In this order: what has sounded is in the tap when it sounds no more.
            let sounds = self.played.is_sounding();
            while let Some(block) = self.played.next(&mut self.samples) {
                self.reference.played(block, &self.samples);
            }
            if !sounds || self.reference.covers(end) || Instant::now() >= until {
                return;
            }
            self.played.wait(LOOK);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// A tap that tells each block when it was heard.
    #[derive(Default)]
    struct Script {
        blocks: VecDeque<(TapBlock, Vec<i16>)>,
        sounds: bool,
        waits: usize,
        /// What was heard by now, in ms.
        now_ms: u64,
    }

    impl Played for Script {
        fn next(&mut self, samples: &mut Vec<i16>) -> Option<TapBlock> {
            let end = |block: &TapBlock| (block.position + block.frames as u64) / 48;
            let is_told = self.blocks.front().is_some_and(|(block, _)| end(block) <= self.now_ms);
            let (block, its) = is_told.then(|| self.blocks.pop_front()).flatten()?;
            *samples = its;
            Some(block)
        }

        fn is_sounding(&self) -> bool {
            self.sounds
        }

        fn wait(&mut self, _: Duration) {
            self.waits += 1;
            self.now_ms += 2;
        }
    }

    /// Goes through so many frames of 20 ms, which are all there at once; what became of them, and how often each waited. The
    /// microphone hears something with everything that sounds.
    fn through(script: Script, frames: u64) -> (EchoFigures, Vec<usize>, Vec<bool>) {
        with_microphone(script, frames, 0.01)
    }

    /// The same with a microphone that is so loud while something sounds.
    fn with_microphone(script: Script, frames: u64, amplitude: f32) -> (EchoFigures, Vec<usize>, Vec<bool>) {
        let quiet = EchoCanceller::new(Script::default(), 48_000).expect("a usual rate").hears;
        assert!(quiet.may_be(), "nobody knows at first");
        let mut canceller = EchoCanceller::new(script, 48_000).expect("a usual rate");
        // In a future, so that none of them is late.
        let origin = Instant::now() + Duration::from_secs(60);
        let (mut waits, mut unsure) = (Vec::new(), Vec::new());
        for number in 1..=frames {
            let before = canceller.played.waits;
            canceller.played.now_ms = number * 20;
            let frame = [if number > 1 { amplitude } else { 0.0 }; 320];
            let cancelled = canceller.cancel(&frame, number * 320, origin + Duration::from_millis(20) * number as u32);
            assert_eq!((cancelled.linear.len(), cancelled.suppressed.len()), (320, 320));
            unsure.push(cancelled.may_be_echo);
            waits.push(canceller.played.waits - before);
        }
        (canceller.figures(), waits, unsure)
    }

    /// Blocks of so many milliseconds, from the beginning on.
    fn blocks(milliseconds: u64, count: u64) -> VecDeque<(TapBlock, Vec<i16>)> {
        let origin = Instant::now() + Duration::from_secs(60);
        let block = |number: u64| {
            let (frames, position) = ((milliseconds * 48) as usize, number * milliseconds * 48);
            let heard_at = origin + Duration::from_millis(number * milliseconds);
            (TapBlock { position, heard_at, frames }, vec![1_000; frames])
        };
        (0..count).map(block).collect()
    }

    #[test]
    fn while_nothing_sounds_nobody_waits_and_nothing_is_doubted() {
        let (figures, waits, unsure) = through(Script::default(), 50);
        assert_eq!(waits, [0; 50]);
        assert_eq!(unsure, [false; 50]);
        assert_eq!((figures.canceller.processed, figures.canceller.rendered, figures.without_reference), (100, 100, 0));
    }

    #[test]
    fn a_tap_that_never_tells_is_waited_for_so_long_and_no_longer() {
        let (figures, waits, unsure) = through(Script { sounds: true, ..Script::default() }, 50);
        assert!(waits.iter().all(|waits| *waits <= 21), "{waits:?}");
        assert_eq!(unsure, [true; 50], "nobody knows what is played, and the microphone hears it");
        assert_eq!(
            (figures.canceller.processed, figures.canceller.rendered, figures.without_reference),
            (100, 100, 50)
        );
    }

    #[test]
    fn blocks_of_a_hundred_and_sixty_milliseconds_are_used_as_far_as_they_have_come() {
        for (milliseconds, count) in [(160, 7), (10, 110)] {
            let script = Script { blocks: blocks(milliseconds, count), sounds: true, ..Script::default() };
            let (figures, _, _) = through(script, 50);
            assert_eq!(figures.canceller.processed, 100);
            assert!(figures.canceller.audible > if milliseconds == 10 { 98 } else { 30 }, "{figures:?}");
            assert_eq!(figures.reference.placed, 1, "{figures:?}");
        }
    }

    #[test]
    fn whoever_wears_a_headset_is_heard_after_a_moment() {
        let script = Script { blocks: blocks(10, 1_000), sounds: true, ..Script::default() };
        let (_, _, unsure) = with_microphone(script, 100, 0.0);
        let open = unsure.iter().position(|unsure| !unsure).expect("it is known");
        assert!((8..=15).contains(&open) && unsure[open..].iter().all(|unsure| !unsure), "after {open} frames");
    }

    #[test]
    fn its_own_voice_is_doubted_until_it_is_known() {
        let script = Script { blocks: blocks(10, 2_000), sounds: true, ..Script::default() };
        let (_, _, unsure) = through(script, 900);
        let known = unsure.iter().position(|unsure| !unsure).expect("it is known");
        assert!((645..=665).contains(&known), "8 s for the clocks and 5 for the room, not {known} frames");
        assert!(unsure[known..].iter().all(|unsure| !unsure));
    }
}
