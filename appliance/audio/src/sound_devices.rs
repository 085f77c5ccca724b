//! Microphone and loudspeaker together: which devices they are, and at which rates, whenever one of them is opened.
//!
//! Rules:
//! - Nobody waits for a device: one that is not there is looked for again and again by the thread that needs it.
//! - Where both are on one card they have one rate, for they have one clock: the one that is opened second takes that of
//!   the first, and the first one that both have.
//! - A device that was lost is waited for a while, and then any other one that can do the same is taken, at any rate.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use alsa::Direction;

use crate::capture::{AlsaSource, FRAME_RATE_HZ};
use crate::cards::{self, AudioCard};
use crate::device::DeviceError;
use crate::devices::has_sound_server;
use crate::pcm::{COMMON_RATES_HZ, Rate, SoundDevice};
use crate::playback::{AlsaSink, LOUDSPEAKER_HZ};

/// The name that stands for: whichever card can.
pub const AUTO: &str = "auto";
/// No device at all: no name is empty.
const NONE: &str = "";
/// What ALSA's configuration says, or a sound server.
const DEFAULT: &str = "default";
/// So long nobody takes the place of a device that was lost: a cable that is moved is back by then.
const WAITED_FOR: Duration = Duration::from_secs(5);

/// Opens microphone and loudspeaker; shared by both.
#[derive(Debug)]
pub struct SoundDevices {
    input: String,
    output: String,
    /// Asked of a loudspeaker that has its clock for itself, in Hz.
    output_hz: u32,
    channel: Option<usize>,
    open: Mutex<Open>,
}

/// What is open, in each direction.
#[derive(Debug, Default)]
struct Open {
    input: Option<InUse>,
    output: Option<InUse>,
}

#[derive(Debug, Clone)]
struct InUse {
    name: String,
    rate_hz: u32,
}

/// What a device was before it was lost.
#[derive(Debug, Default)]
pub(crate) struct Before {
    card: Option<AudioCard>,
    lost_at: Option<Instant>,
}

#[cfg(test)]
impl Before {
    pub(crate) fn is_lost(&self) -> bool {
        self.lost_at.is_some()
    }
}

impl SoundDevices {
    /// Devices by their ALSA names, or [`AUTO`]. `channel`: which one of the microphone's is heard, from 1; none: those that
    /// carry sound.
    pub fn new(input: &str, output: &str, channel: Option<usize>) -> Arc<Self> {
        Arc::new(Self::both(input, output, LOUDSPEAKER_HZ, channel))
    }

    /// A microphone alone.
    pub(crate) fn input(name: &str) -> Arc<Self> {
        Arc::new(Self::both(name, NONE, LOUDSPEAKER_HZ, None))
    }

    /// A loudspeaker alone.
    pub(crate) fn output(name: &str, rate_hz: u32) -> Arc<Self> {
        Arc::new(Self::both(NONE, name, rate_hz, None))
    }

    fn both(input: &str, output: &str, output_hz: u32, channel: Option<usize>) -> Self {
        Self { input: input.to_owned(), output: output.to_owned(), output_hz, channel, open: Mutex::default() }
    }

    /// The microphone, now or as soon as there is one.
    pub fn microphone(self: &Arc<Self>) -> AlsaSource {
        AlsaSource::of(Arc::clone(self), self.channel)
    }

    /// The loudspeaker, now or as soon as there is one.
    pub fn loudspeaker(self: &Arc<Self>) -> AlsaSink {
        AlsaSink::of(Arc::clone(self))
    }

    /// The names of the microphone and the loudspeaker that are in use, where both are. Waits while one is being opened.
    pub fn in_use(&self) -> Option<(String, String)> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        Some((open.input.as_ref()?.name.clone(), open.output.as_ref()?.name.clone()))
    }

    /// Opens whatever serves in a direction. What was open in it is closed before.
    pub(crate) fn open(&self, direction: Direction, before: &mut Before) -> Result<SoundDevice, DeviceError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.set(direction, None);
        let cards = cards::cards();
        let other = open.get(opposite(direction)).map(|in_use| in_use.name.clone());
        let mut error = None;
        for (name, card) in self.names(&cards, direction, other.as_deref(), before) {
            let rate = self.rate(&cards, direction, &name, open.get(opposite(direction)));
            match open_at(&name, direction, rate) {
                Ok(device) => {
                    open.set(direction, Some(InUse { name, rate_hz: device.rate_hz }));
                    *before = Before { card, lost_at: None };
                    return Ok(device);
                }
                Err(failed) => error = error.or(Some(failed)),
            }
        }
        Err(error.unwrap_or_else(|| DeviceError::NoCard(doing(direction))))
    }

    /// A device was lost: the other direction need not care for its rate any more.
    pub(crate) fn lost(&self, direction: Direction, before: &mut Before) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).set(direction, None);
        before.lost_at.get_or_insert_with(Instant::now);
    }

    /// A device is closed on purpose: it is no loss, and the other direction need not care for its rate.
    pub(crate) fn closed(&self, direction: Direction) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).set(direction, None);
    }

    /// The names to try, the best first, each with its card where it was chosen by that.
    fn names(
        &self,
        cards: &[AudioCard],
        direction: Direction,
        other: Option<&str>,
        before: &Before,
    ) -> Vec<(String, Option<AudioCard>)> {
        let wanted = self.wanted(direction);
        if wanted != AUTO {
            return vec![(wanted.to_owned(), None)];
        }
        if has_sound_server() {
            return vec![(DEFAULT.to_owned(), None)];
        }
        let other = other.or(Some(self.wanted(opposite(direction))).filter(|name| *name != AUTO));
        let beside = other.and_then(|name| cards::card_of(cards, name));
        let is_waited_for = before.lost_at.is_some_and(|lost_at| lost_at.elapsed() < WAITED_FOR);
        let able = cards::candidates(cards, direction, beside, before.card.as_ref());
        let able = able
            .into_iter()
            .filter(|card| !is_waited_for || before.card.as_ref().is_none_or(|before| before.id == card.id));
        let named =
            able.flat_map(|card| cards::names(card, direction).into_iter().map(move |name| (name, Some(card.clone()))));
        // What a machine's own configuration may know, and no list does.
        named.chain((before.card.is_none()).then(|| (DEFAULT.to_owned(), None))).collect()
    }

    /// At which rate a device is to run beside the one in the other direction.
    fn rate(&self, cards: &[AudioCard], direction: Direction, name: &str, other: Option<&InUse>) -> Rate {
        let alone = Rate::Near(self.wanted_hz(direction));
        match other {
            Some(other) if cards::share_a_card(cards, name, &other.name) => Rate::Exactly(other.rate_hz),
            Some(_) => alone,
            None => {
                let wanted = self.wanted(opposite(direction));
                let id = cards::card_of(cards, name);
                let is_auto = wanted == AUTO;
                let here = cards.iter().find(|card| Some(card.id.as_str()) == id);
                let names = match here {
                    Some(card) if is_auto => cards::names(card, opposite(direction)),
                    _ if is_auto => vec![name.to_owned()],
                    _ => vec![wanted.to_owned()],
                };
                let Some(other) = names.first().filter(|other| cards::share_a_card(cards, name, other)) else {
                    return alone;
                };
                let rates = |name: &str, direction| SoundDevice::rates_hz(name, direction).unwrap_or_default();
                let (here, there) = (rates(name, direction), rates(other, opposite(direction)));
                if there.is_empty() { alone } else { shared_hz(&here, &there).map_or(alone, Rate::Near) }
            }
        }
    }

    /// The rate that a device is asked for which has its clock for itself.
    fn wanted_hz(&self, direction: Direction) -> u32 {
        match direction {
            // The engines' own: nothing is converted then.
            Direction::Capture => FRAME_RATE_HZ,
            Direction::Playback => self.output_hz,
        }
    }

    fn wanted(&self, direction: Direction) -> &str {
        match direction {
            Direction::Capture => &self.input,
            Direction::Playback => &self.output,
        }
    }
}

impl Open {
    fn get(&self, direction: Direction) -> Option<&InUse> {
        match direction {
            Direction::Capture => self.input.as_ref(),
            Direction::Playback => self.output.as_ref(),
        }
    }

    fn set(&mut self, direction: Direction, in_use: Option<InUse>) {
        match direction {
            Direction::Capture => self.input = in_use,
            Direction::Playback => self.output = in_use,
        }
    }
}

/// Where a clock is shared and the device does not have its rate after all, it runs at another one: better than not at all.
fn open_at(name: &str, direction: Direction, rate: Rate) -> Result<SoundDevice, DeviceError> {
    SoundDevice::open(name, direction, rate).or_else(|error| match rate {
        Rate::Exactly(rate_hz) => {
            let device = SoundDevice::open(name, direction, Rate::Near(rate_hz))?;
            let has_hz = device.rate_hz;
            tracing::warn!(name, rate_hz, has_hz, "microphone and loudspeaker of one card have different rates");
            Ok(device)
        }
        Rate::Near(_) => Err(error),
    })
}

/// The rate for a microphone and a loudspeaker of one clock: the best that both have.
fn shared_hz(one: &[u32], other: &[u32]) -> Option<u32> {
    COMMON_RATES_HZ.into_iter().find(|rate_hz| one.contains(rate_hz) && other.contains(rate_hz))
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Capture => Direction::Playback,
        Direction::Playback => Direction::Capture,
    }
}

fn doing(direction: Direction) -> &'static str {
    match direction {
        Direction::Capture => "records",
        Direction::Playback => "plays",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_clock_has_the_best_rate_that_both_have() {
        assert_eq!(shared_hz(&[48_000, 16_000], &[44_100, 48_000]), Some(48_000));
        assert_eq!(shared_hz(&[16_000, 8_000], &[16_000, 48_000]), Some(16_000));
        assert_eq!(shared_hz(&[16_000], &[48_000]), None);
    }

    #[test]
    fn a_device_that_was_lost_is_waited_for_before_another_takes_its_place() {
        let devices = SoundDevices::new(AUTO, AUTO, None);
        let card = |id: &str| AudioCard {
            index: 0,
            id: id.to_owned(),
            name: id.to_owned(),
            bus: cards::Bus::Usb,
            records: Some(0),
            plays: None,
        };
        let cards = [card("Other"), card("Mine")];
        let names = |cards: &[AudioCard], before: &Before| -> Vec<String> {
            devices.names(cards, Direction::Capture, None, before).into_iter().map(|(name, _)| name).collect()
        };
        let mut before = Before { card: Some(card("Mine")), lost_at: Some(Instant::now()) };
        assert_eq!(names(&cards[..1], &before), Vec::<String>::new());
        assert_eq!(names(&cards, &before), ["hw:CARD=Mine,DEV=0", "plughw:CARD=Mine,DEV=0"]);
        before.lost_at = Instant::now().checked_sub(WAITED_FOR);
        assert_eq!(names(&cards[..1], &before)[0], "hw:CARD=Other,DEV=0");
        assert_eq!(names(&cards, &before)[0], "hw:CARD=Mine,DEV=0");
        assert_eq!(SoundDevices::new("hw:7", AUTO, None).names(&cards, Direction::Capture, None, &before)[0].0, "hw:7");
    }

    fn card(id: &str, index: i32) -> AudioCard {
        let (id, name) = (id.to_owned(), id.to_owned());
        AudioCard { index, id, name, bus: cards::Bus::Usb, records: Some(0), plays: Some(0) }
    }

    fn in_use(name: &str, rate_hz: u32) -> InUse {
        InUse { name: name.to_owned(), rate_hz }
    }

    #[test]
    fn who_is_opened_second_on_a_card_takes_the_rate_of_the_first() {
        let (devices, cards) = (SoundDevices::new(AUTO, AUTO, None), [card("Zoom", 0), card("Other", 1)]);
        let rate = |direction, other: &InUse| devices.rate(&cards, direction, "hw:CARD=Zoom,DEV=0", Some(other));
        for direction in [Direction::Capture, Direction::Playback] {
            assert_eq!(rate(direction, &in_use("plughw:CARD=Zoom,DEV=0", 44_100)), Rate::Exactly(44_100));
        }
        let elsewhere = in_use("hw:CARD=Other,DEV=0", 44_100);
        assert_eq!(rate(Direction::Capture, &elsewhere), Rate::Near(FRAME_RATE_HZ));
        assert_eq!(rate(Direction::Playback, &elsewhere), Rate::Near(LOUDSPEAKER_HZ));
    }

    #[test]
    fn the_microphone_is_looked_for_beside_a_loudspeaker_that_is_named() {
        let cards = [card("Alpha", 0), card("Zoom", 1)];
        let devices = SoundDevices::new(AUTO, "hw:CARD=Zoom,DEV=0", None);
        let names = |other| devices.names(&cards, Direction::Capture, other, &Before::default());
        assert_eq!(names(None)[0].0, "hw:CARD=Zoom,DEV=0");
        assert_eq!(names(Some("hw:CARD=Alpha,DEV=0"))[0].0, "hw:CARD=Alpha,DEV=0", "what is open counts more");
    }

    #[test]
    fn a_loss_counts_from_its_first_moment_and_is_over_when_a_device_is_open() {
        let devices = SoundDevices::new("null", "null", None);
        let open = |direction| devices.open.lock().unwrap().get(direction).is_some();
        let mut before = Before::default();
        let first = Instant::now().checked_sub(WAITED_FOR).unwrap();
        devices.open(Direction::Capture, &mut before).unwrap();
        assert!(open(Direction::Capture) && !open(Direction::Playback));
        before.lost_at = Some(first);
        devices.lost(Direction::Capture, &mut before);
        assert_eq!(before.lost_at, Some(first), "nobody would wait for it in vain");
        assert!(!open(Direction::Capture), "the other need not care for its rate");
        devices.open(Direction::Capture, &mut before).unwrap();
        assert_eq!(before.lost_at, None, "the next loss is a new one");
        let missing = SoundDevices::new("hw:99", "null", None);
        missing.open(Direction::Capture, &mut before).unwrap_err();
        assert!(missing.open.lock().unwrap().get(Direction::Capture).is_none());
    }
}
