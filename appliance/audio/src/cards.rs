//! Which sound card is the microphone and which the loudspeaker, by what cards can do.
//!
//! Terms: a card is known by its **id**, which stays the same whatever else is plugged in; its number does not.
//!
//! Rules:
//! - One that cannot do what it is wanted for is never named, and no card twice.
//! - What was put on the board's pins comes first, then USB, then what the machine has itself; a screen comes last, and never in
//!   place of a card that was lost. Loops and dummies are left to those who name them.
//! - The microphone is that of the loudspeaker's card, where it has one: both then have one clock.
//! - The choice depends on nothing but this: in whichever order cards are found, it is the same.

use alsa::card::Iter;
use alsa::ctl::{Ctl, DeviceIter};
use alsa::{Direction, Output};

/// What a card is connected by; the first is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bus {
    /// The board's pins: somebody has put it there.
    Pins,
    /// USB.
    Usb,
    /// The machine's own.
    Own,
    /// A screen's loudspeakers, if it has any.
    Hdmi,
    /// No sound at all: a loop, or a dummy.
    Virtual,
}

/// A sound card, as far as choosing it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudioCard {
    /// Its number, which changes with what is plugged in.
    pub index: i32,
    /// Its name for ALSA, which does not.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is connected by.
    pub bus: Bus,
    /// Its first device that records, if it has any.
    pub records: Option<u32>,
    /// Its first device that plays, if it has any.
    pub plays: Option<u32>,
}

impl AudioCard {
    fn device(&self, direction: Direction) -> Option<u32> {
        match direction {
            Direction::Capture => self.records,
            Direction::Playback => self.plays,
        }
    }
}

/// The cards that can do something, the best first. `beside`: the id of the card that does the other thing. `before`: the one
/// that did it until it was lost.
pub fn candidates<'a>(
    cards: &'a [AudioCard],
    direction: Direction,
    beside: Option<&str>,
    before: Option<&AudioCard>,
) -> Vec<&'a AudioCard> {
    let is = |card: &AudioCard, id: Option<&str>| id == Some(card.id.as_str());
    let replaces = |card: &AudioCard| before.is_none_or(|before| card.bus != Bus::Hdmi || before.bus == Bus::Hdmi);
    let can = |card: &&AudioCard| card.bus != Bus::Virtual && card.device(direction).is_some() && replaces(card);
    let mut able: Vec<&AudioCard> = cards.iter().filter(can).collect();
    able.sort_by_key(|card| {
        let was = is(card, before.map(|before| before.id.as_str()));
        (card.bus == Bus::Hdmi, !was, !is(card, beside), card.bus, card.id.as_str())
    });
    able.dedup_by_key(|card| card.id.as_str());
    able
}

/// The names under which ALSA opens a card, the best first: the hardware itself, and with conversions where it has none of our
/// formats.
pub fn names(card: &AudioCard, direction: Direction) -> Vec<String> {
    let device = card.device(direction).unwrap_or_default();
    ["hw", "plughw"].map(|plugin| format!("{plugin}:CARD={},DEV={device}", card.id)).into()
}

/// The id of the card on which a device is that somebody names; `None` where the name does not tell.
pub fn card_of<'a>(cards: &'a [AudioCard], name: &'a str) -> Option<&'a str> {
    let (_, arguments) = name.split_once(':')?;
    let mut arguments = arguments.split(',').map(str::trim);
    let first = arguments.next().filter(|first| !first.contains('='));
    let named = name.split([':', ',']).find_map(|argument| argument.trim().strip_prefix("CARD="));
    let card = named.or(first).filter(|card| !card.is_empty())?;
    match card.parse::<i32>() {
        Ok(index) => cards.iter().find(|card| card.index == index).map(|card| card.id.as_str()),
        Err(_) => Some(card),
    }
}

/// Whether two devices are on one card, so that they have one clock: as far as their names tell.
pub fn share_a_card(cards: &[AudioCard], one: &str, other: &str) -> bool {
    one == other || card_of(cards, one).is_some_and(|card| card_of(cards, other) == Some(card))
}

/// What a card is connected by, as far as what its driver says of it tells.
pub fn bus(driver: &str, id: &str, name: &str) -> Bus {
    let said = format!("{driver} {id} {name}").to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| said.contains(word));
    if says(&["loopback", "dummy"]) {
        Bus::Virtual
    } else if says(&["usb"]) {
        Bus::Usb
    } else if says(&["hdmi", "displayport"]) {
        Bus::Hdmi
    } else if says(&["snd_rpi", "sndrpi", "hifiberry", "voicehat", "voicecard", "wm8960", "googlevoice"]) {
        Bus::Pins
    } else {
        Bus::Own
    }
}

/// The cards that ALSA has now.
pub fn cards() -> Vec<AudioCard> {
    let _quiet = Output::local_error_handler();
    let card = |card: alsa::Card| {
        let control = Ctl::from_card(&card, true).ok()?;
        let info = control.card_info().ok()?;
        let devices: Vec<u32> = DeviceIter::new(&control).filter_map(|device| u32::try_from(device).ok()).collect();
        let first = |direction| devices.iter().copied().find(|device| control.pcm_info(*device, 0, direction).is_ok());
        let (id, name) = (info.get_id().ok()?.to_owned(), info.get_name().unwrap_or_default().to_owned());
        let bus = bus(info.get_driver().unwrap_or_default(), &id, &name);
        let (records, plays) = (first(Direction::Capture), first(Direction::Playback));
        Some(AudioCard { index: card.get_index(), id, name, bus, records, plays })
    };
    Iter::new().filter_map(Result::ok).filter_map(card).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use Direction::{Capture, Playback};

    fn card(id: &str, bus: Bus, records: bool, plays: bool) -> AudioCard {
        let device = |can: bool| can.then_some(0);
        let (id, name) = (id.to_owned(), format!("a {id}"));
        AudioCard { index: 0, id, name, bus, records: device(records), plays: device(plays) }
    }

    fn chosen(
        cards: &[AudioCard],
        direction: Direction,
        beside: Option<&str>,
        before: Option<&AudioCard>,
    ) -> Option<String> {
        candidates(cards, direction, beside, before).first().map(|card| card.id.clone())
    }

    /// The product's own hardware: a card that only plays, a microphone on USB, and the screens of a board.
    #[test]
    fn a_board_with_a_card_that_only_plays_and_a_microphone_on_usb_has_both() {
        let dac = card("sndrpihifiberry", Bus::Pins, false, true);
        let microphone = card("Microphone", Bus::Usb, true, true);
        let cards = [card("vc4hdmi0", Bus::Hdmi, false, true), microphone.clone(), dac.clone()];
        assert_eq!(chosen(&cards, Playback, None, None).as_deref(), Some("sndrpihifiberry"));
        assert_eq!(chosen(&cards, Capture, Some("sndrpihifiberry"), None).as_deref(), Some("Microphone"));
        let lost = [cards[0].clone(), microphone];
        assert_eq!(chosen(&lost, Playback, None, Some(&dac)).as_deref(), Some("Microphone"));
        assert_eq!(chosen(&lost[..1], Playback, None, Some(&dac)), None, "a screen is no substitute");
        assert_eq!(chosen(&lost[..1], Playback, None, None).as_deref(), Some("vc4hdmi0"));
        assert_eq!(chosen(&cards[2..], Capture, None, None), None);
    }

    #[test]
    fn a_headset_is_both_and_has_one_clock() {
        let cards = [card("Webcam", Bus::Usb, true, false), card("Zoom", Bus::Usb, true, true)];
        assert_eq!(chosen(&cards, Playback, None, None).as_deref(), Some("Zoom"));
        assert_eq!(chosen(&cards, Capture, Some("Zoom"), None).as_deref(), Some("Zoom"));
        assert_eq!(chosen(&cards, Capture, Some("Zoom"), Some(&cards[0])).as_deref(), Some("Webcam"), "what it was");
    }

    #[test]
    fn a_device_that_is_named_is_on_the_card_that_its_name_tells() {
        let mut cards = [card("Zoom", Bus::Usb, true, true), card("PCH", Bus::Own, true, true)];
        cards[1].index = 1;
        for (name, id) in [
            ("hw:CARD=Zoom,DEV=0", Some("Zoom")),
            ("plughw:DEV=0,CARD=Zoom", Some("Zoom")),
            ("sysdefault:Zoom", Some("Zoom")),
            ("hw:1,0", Some("PCH")),
            ("plughw:7", None),
            ("hw:DEV=0", None),
            ("default", None),
            ("hw:", None),
        ] {
            assert_eq!(card_of(&cards, name), id, "{name}");
        }
        assert!(share_a_card(&cards, "default", "default") && share_a_card(&cards, "hw:1", "plughw:CARD=PCH"));
        assert!(!share_a_card(&cards, "default", "hw:0") && !share_a_card(&cards, "hw:0", "hw:1"));
    }

    #[test]
    fn what_a_card_is_connected_by_is_in_what_it_says() {
        for (driver, id, name, expected) in [
            ("USB-Audio", "Device", "USB PnP Sound Device", Bus::Usb),
            ("vc4-hdmi", "vc4hdmi0", "vc4-hdmi-0", Bus::Hdmi),
            ("HifiberryDacp", "sndrpihifiberry", "snd_rpi_hifiberry_dacplus", Bus::Pins),
            ("HDA-Intel", "PCH", "HDA Intel PCH", Bus::Own),
            ("bcm2835_headpho", "Headphones", "bcm2835 Headphones", Bus::Own),
            ("Loopback", "Loopback", "Loopback", Bus::Virtual),
        ] {
            assert_eq!(bus(driver, id, name), expected, "{name}");
        }
    }

    #[test]
    fn listing_works_without_cards() {
        cards();
    }

    fn any_cards() -> impl Strategy<Value = Vec<AudioCard>> {
        let buses = prop::sample::select(vec![Bus::Pins, Bus::Usb, Bus::Own, Bus::Hdmi, Bus::Virtual]);
        let one = ("[A-E]", buses, any::<bool>(), any::<bool>(), 0..8_i32);
        prop::collection::vec(one, 0..7).prop_map(|cards| {
            let made = cards
                .into_iter()
                .map(|(id, bus, records, plays, index)| AudioCard { index, ..card(&id, bus, records, plays) });
            // The kernel gives no id twice.
            let mut known = std::collections::BTreeSet::new();
            made.filter(|card| known.insert(card.id.clone())).collect()
        })
    }

    proptest! {
        #[test]
        fn the_choice_is_able_and_the_same_in_whichever_order_cards_are_found(
            cards in any_cards(), mixed in any::<u64>(), plays in any::<bool>(), beside in prop::option::of("[A-F]"),
            before in prop::option::of(0..7_usize),
        ) {
            let direction = if plays { Playback } else { Capture };
            let before = before.and_then(|index| cards.get(index).cloned());
            let found = candidates(&cards, direction, beside.as_deref(), before.as_ref());
            let ids: Vec<&str> = found.iter().map(|card| card.id.as_str()).collect();
            let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
            prop_assert_eq!(unique.len(), ids.len());
            for card in &found {
                prop_assert!(card.device(direction).is_some() && card.bus != Bus::Virtual);
                prop_assert!(!names(card, direction).is_empty());
                for name in names(card, direction) {
                    prop_assert_eq!(card_of(&cards, &name), Some(card.id.as_str()));
                }
            }
            // Whoever was lost is not given up for another while it is there, nor for a screen at all.
            if let Some(before) = before.filter(|card| card.device(direction).is_some()) {
                let is_hdmi = |id: &&str| cards.iter().any(|card| card.id == **id && card.bus == Bus::Hdmi);
                if before.bus != Bus::Hdmi && before.bus != Bus::Virtual {
                    prop_assert_eq!(ids.first().copied(), Some(before.id.as_str()));
                    prop_assert!(!ids.iter().any(is_hdmi));
                }
            }
            let mut other: Vec<AudioCard> = cards.clone();
            let turn = if other.is_empty() { 0 } else { mixed as usize % other.len() };
            other.rotate_left(turn);
            if mixed & 1 == 1 { other.reverse(); }
            (0..).zip(&mut other).for_each(|(index, card)| card.index = index);
            let before = found.first().map(|_| ()).and(None);
            let again = candidates(&other, direction, beside.as_deref(), before);
            let first = candidates(&cards, direction, beside.as_deref(), None);
            prop_assert_eq!(
                again.iter().map(|card| &card.id).collect::<Vec<_>>(),
                first.iter().map(|card| &card.id).collect::<Vec<_>>()
            );
        }
    }
}
