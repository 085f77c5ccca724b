//! What an image offers, and what the device's owner uses of it: nothing that is used may go away with an update.
//!
//! All images of one kind of device have one compatible, whatever was built into them; the difference is what the bundle
//! says here. A bundle that says nothing offers nothing.

/// The key of [`super::manifest::META`] with the overlays of sound cards that the image has, with spaces between, or
/// [`NONE`]: RAUC refuses a key without a value.
pub const SOUND_CARDS: &str = "sound-cards";

/// The key that names the client of a fleet's server, or [`NONE`].
pub const FLEET: &str = "fleet";

/// The key with the smallest board on which the image's models run, in GB of 1024³ bytes; [`UNKNOWN`] where nobody has
/// computed it.
pub const LEAST_BOARD_GB: &str = "least-board-gb";

/// The client of a fleet's server that an image has.
pub const HAWKBIT: &str = "hawkbit";

/// No client, or no card.
pub const NONE: &str = "none";

/// A size that nobody has computed.
pub const UNKNOWN: &str = "unknown";

/// What an image offers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offers {
    /// The overlays of its sound cards.
    pub sound_cards: Vec<String>,
    /// Whether it has the client of a fleet's server.
    pub fleet: bool,
    /// The smallest board on which its models run, in GB; where that is known.
    pub least_board_gb: Option<u64>,
}

impl Offers {
    /// Takes a key of the manifest; others are not ours.
    pub fn take(&mut self, key: &str, value: &str) {
        match key {
            SOUND_CARDS => {
                let cards = value.split_whitespace().filter(|card| *card != NONE);
                self.sound_cards = cards.map(str::to_owned).collect();
            }
            FLEET => self.fleet = value == HAWKBIT,
            LEAST_BOARD_GB => self.least_board_gb = value.parse().ok(),
            _ => {}
        }
    }

    /// The keys and values of the manifest.
    pub fn keys(&self) -> [(&'static str, String); 3] {
        let least = self.least_board_gb.map_or_else(|| UNKNOWN.to_owned(), |gb| gb.to_string());
        let fleet = if self.fleet { HAWKBIT } else { NONE };
        let cards = if self.sound_cards.is_empty() { NONE.to_owned() } else { self.sound_cards.join(" ") };
        [(SOUND_CARDS, cards), (FLEET, fleet.to_owned()), (LEAST_BOARD_GB, least)]
    }
}

/// What is used on a device.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uses {
    /// The overlay of the sound card that the owner has named.
    pub sound_card: Option<String>,
    /// Whether it asks a fleet's server for updates.
    pub fleet: bool,
    /// The board's memory in GB of 1024³ bytes, as boards are sold; where the kernel says.
    pub board_gb: Option<u64>,
}

/// What a device would lose, in words for the owner.
///
/// # Errors
/// The first thing that it would lose.
pub fn nothing_is_lost(offers: &Offers, uses: &Uses) -> Result<(), String> {
    if let Some(card) = uses.sound_card.as_ref().filter(|card| !offers.sound_cards.contains(card)) {
        return Err(format!(
            "this update cannot use the sound card {card}, which this device's owner has named: the device would be \
             silent; ask whoever made it for another file"
        ));
    }
    if uses.fleet && !offers.fleet {
        return Err(
            "this update has no client for the fleet that this device belongs to: it would be lost to its server; \
                    ask whoever made it for another file"
                .to_owned(),
        );
    }
    match (offers.least_board_gb, uses.board_gb) {
        (Some(least), Some(own)) if own < least => Err(format!(
            "this update's models need a board with {least} GB of memory, and this one has {own}; ask whoever made it for \
             another file"
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offers() -> Offers {
        let sound_cards = vec!["hifiberry-dac".to_owned(), "hifiberry-dacplus".to_owned()];
        Offers { sound_cards, fleet: true, least_board_gb: Some(4) }
    }

    fn uses() -> Uses {
        Uses { sound_card: Some("hifiberry-dac".into()), fleet: true, board_gb: Some(4) }
    }

    #[test]
    fn what_is_used_has_to_be_offered() {
        assert_eq!(nothing_is_lost(&offers(), &uses()), Ok(()));
        let refused = |offers: Offers, word: &str| {
            let refusal = nothing_is_lost(&offers, &uses()).unwrap_err();
            assert!(refusal.contains(word), "{refusal}");
        };
        refused(
            Offers { sound_cards: vec!["hifiberry-dacplus".into()], ..offers() },
            "sound card hifiberry-dac, which",
        );
        refused(Offers { fleet: false, ..offers() }, "no client for the fleet");
        refused(Offers { least_board_gb: Some(8), ..offers() }, "a board with 8 GB of memory, and this one has 4");
        refused(Offers::default(), "sound card");
    }

    #[test]
    fn who_uses_nothing_loses_nothing_and_what_nobody_knows_is_no_reason() {
        assert_eq!(nothing_is_lost(&Offers::default(), &Uses { board_gb: Some(2), ..Uses::default() }), Ok(()));
        assert_eq!(nothing_is_lost(&Offers { least_board_gb: None, ..offers() }, &uses()), Ok(()));
        assert_eq!(nothing_is_lost(&offers(), &Uses { board_gb: None, ..uses() }), Ok(()));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(
            sound_cards in proptest::collection::vec("[a-z0-9-]{1,20}", 0..9), fleet: bool, least_board_gb: Option<u64>,
        ) {
            let offers = Offers { sound_cards, fleet, least_board_gb };
            let mut read = Offers::default();
            for (key, value) in offers.keys() {
                prop_assert!(!value.is_empty(), "RAUC refuses a key without a value");
                read.take(key, &value);
            }
            prop_assert_eq!(read, offers);
        }

        #[test]
        fn any_value_is_read_without_harm(value in ".{0,60}") {
            let mut offers = Offers::default();
            for key in [SOUND_CARDS, FLEET, LEAST_BOARD_GB, "x"] {
                offers.take(key, &value);
            }
            prop_assert!(offers.fleet == (value == HAWKBIT));
        }
    }
}
