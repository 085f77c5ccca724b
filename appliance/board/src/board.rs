//! A board's file.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::cards::known_card;
use crate::pattern::Showing;

/// A board, as its file describes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Board {
    /// What people call it.
    pub title: String,
    /// Its sound card, by its overlay; none where the board has none, or the owner names one beside it.
    #[serde(default)]
    pub sound_card: Option<String>,
    /// The chip whose lines are meant, by the label that its driver gives it.
    #[serde(default = "header")]
    pub chip: String,
    /// Its buttons.
    #[serde(default, rename = "button")]
    pub buttons: Vec<Button>,
    /// Its lights.
    #[serde(default)]
    pub lights: Option<Lights>,
}

/// The chip of the 40-pin header of a Raspberry Pi 5.
fn header() -> String {
    "pinctrl-rp1".to_owned()
}

/// A button, and what its presses do; one at least.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Button {
    /// Its line.
    pub line: u8,
    /// What the line is while it is pressed.
    #[serde(default)]
    pub pressed: Polarity,
    /// What holds the line while it is not pressed, where the board has no resistor of its own. The firmware sets it.
    #[serde(default)]
    pub pull: Option<Pull>,
    /// Pressed and let go.
    #[serde(default)]
    pub short: Option<ButtonAction>,
    /// Pressed twice.
    #[serde(default)]
    pub double: Option<ButtonAction>,
    /// Pressed for longer than usual.
    #[serde(default)]
    pub long: Option<ButtonAction>,
    /// As long as it is pressed.
    #[serde(default)]
    pub while_held: Option<ButtonAction>,
    /// Held for so long, and then let go.
    #[serde(default)]
    pub hold: Vec<HoldStage>,
}

/// What a line is when something is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Polarity {
    /// Near 0 V: a button to ground.
    #[default]
    Low,
    /// Near 3.3 V.
    High,
}

/// What the chip holds a line at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pull {
    /// At 3.3 V.
    Up,
    /// At 0 V.
    Down,
}

/// Something that a button does after it was held for so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldStage {
    /// For how long, 1 to 30.
    pub seconds: u8,
    /// What it does then.
    pub does: ButtonAction,
}

/// What a button can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ButtonAction {
    /// Parley listens, as if it were called; an answer gives way.
    Talk,
    /// What sounds ends.
    Stop,
    /// The loudness, 10 percent more.
    Louder,
    /// And 10 percent less.
    Quieter,
    /// The microphone is closed, or opened again.
    Mute,
    /// Yes to what was asked.
    Yes,
    /// No to it.
    No,
    /// Yes to an update that waits.
    Update,
    /// Back to the version before.
    Rollback,
    /// Everything that people said and set is forgotten.
    Reset,
    /// Everything ends, and the power may be taken away.
    PowerOff,
}

impl ButtonAction {
    /// Whether nobody should do it by accident: it is only held for.
    pub fn is_grave(self) -> bool {
        match self {
            Self::Update | Self::Rollback | Self::Reset | Self::PowerOff => true,
            Self::Talk | Self::Stop | Self::Louder | Self::Quieter | Self::Mute | Self::Yes | Self::No => false,
        }
    }
}

/// What lights there are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Lights {
    /// A chain of APA102.
    Apa102 {
        /// How many, 1 to 256.
        count: u16,
        /// By `/dev/spidevN.N`.
        #[serde(default)]
        spi: Option<String>,
        /// Or by two lines.
        #[serde(default)]
        clock: Option<u8>,
        /// The second of them.
        #[serde(default)]
        data: Option<u8>,
    },
    /// A chain of WS2812.
    Ws2812 {
        /// How many, 1 to 256.
        count: u16,
        /// By `/dev/spidevN.N`.
        spi: String,
    },
    /// Lights that are on or off.
    Plain {
        /// Each of them.
        lights: Vec<PlainLight>,
    },
}

/// A light that is on or off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PlainLight {
    /// Its line.
    pub line: u8,
    /// What the line is while it is on.
    #[serde(default = "high")]
    pub on: Polarity,
    /// What it tells.
    pub shows: Vec<Showing>,
}

fn high() -> Polarity {
    Polarity::High
}

/// What a chain of lights consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StripKind {
    /// With a clock.
    Apa102,
    /// Without.
    Ws2812,
}

/// How a chain of lights is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StripWires<'a> {
    /// By `/dev/spidev` and this.
    Spi(&'a str),
    /// By two lines.
    Lines {
        /// The clock.
        clock: u8,
        /// The data.
        data: u8,
    },
}

/// Why a board's file is not used, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BoardError(String);

/// The lines of the 40-pin header; 0 and 1 belong to the memory of a HAT.
const HEADER: std::ops::RangeInclusive<u8> = 2..=27;
/// More lights than on any board; each needs 4 bytes of a message that the kernel takes at once (4,096).
const MOST_LIGHTS: u16 = 256;
/// Each takes 64 calls into the kernel where two lines are switched for every bit.
const MOST_LIGHTS_BY_LINES: u16 = 32;
const MOST_BUTTONS: usize = 16;
/// Nobody holds a button for longer.
const LONGEST_HOLD_S: u8 = 30;

impl Board {
    /// Reads and checks a board's file.
    ///
    /// # Errors
    /// It is no such file, or cannot be.
    pub fn parse(text: &str) -> Result<Self, BoardError> {
        let board: Self = toml::from_str(text).map_err(|error| {
            let line =
                error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
            let line = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            BoardError(format!("{line}{}", error.message()))
        })?;
        board.check()?;
        Ok(board)
    }

    fn check(&self) -> Result<(), BoardError> {
        let wrong = |says: String| Err(BoardError(says));
        if self.buttons.len() > MOST_BUTTONS {
            return wrong(format!("{} buttons are more than the {MOST_BUTTONS} that are watched", self.buttons.len()));
        }
        self.buttons.iter().try_for_each(Button::check)?;
        self.lights.iter().try_for_each(Lights::check)?;
        let mut used = BTreeMap::new();
        for (line, what) in self.lines() {
            if !HEADER.contains(&line) {
                return wrong(format!("line {line} of {what} is none: those of the header are 2 to 27"));
            }
            if let Some(other) = used.insert(line, what.clone()) {
                return wrong(format!("line {line} is {other} and {what}: it can be one of the two"));
            }
        }
        match &self.sound_card {
            Some(card) => self.fits(card),
            None => Ok(()),
        }
    }

    /// Whether it goes together with this sound card.
    ///
    /// # Errors
    /// The card has a line of the board's, is not the board's own, or is not known.
    pub fn fits(&self, overlay: &str) -> Result<(), BoardError> {
        let Some(card) = known_card(overlay) else {
            return Err(BoardError(format!("{overlay} is no sound card that this version knows")));
        };
        if let Some(own) = self.sound_card.as_ref().filter(|own| *own != overlay) {
            return Err(BoardError(format!(
                "{} has a sound card of its own, {own}, which is not {overlay}",
                self.title
            )));
        }
        match self.all_lines().into_iter().find(|(line, _)| card.has_line(*line)) {
            Some((line, what)) => Err(BoardError(format!("line {line} is {what}, and {overlay} has it already"))),
            None => Ok(()),
        }
    }

    /// The lines that are opened, each with what it is.
    pub fn lines(&self) -> Vec<(u8, String)> {
        let buttons = self.buttons.iter().map(|button| (button.line, "a button".to_owned()));
        buttons.chain(self.lights.iter().flat_map(Lights::lines)).collect()
    }

    /// The same with those of SPI.
    fn all_lines(&self) -> Vec<(u8, String)> {
        let spi = self.spi().into_iter().flat_map(|_| (7..=11).map(|line| (line, "SPI".to_owned())));
        self.lines().into_iter().chain(spi).collect()
    }

    /// What of `/dev/spidev` it needs.
    pub fn spi(&self) -> Option<&str> {
        match self.lights.as_ref()?.strip()? {
            (_, _, StripWires::Spi(spi)) => Some(spi),
            (_, _, StripWires::Lines { .. }) => None,
        }
    }

    /// What the firmware has to be told beside the sound card, a line each: SPI, and what lines are held at.
    pub fn firmware(&self) -> Vec<String> {
        let spi = self.spi().map(|_| "dtparam=spi=on".to_owned());
        let pulls = self.buttons.iter().filter_map(|button| {
            let pull = match button.pull? {
                Pull::Up => "pu",
                Pull::Down => "pd",
            };
            Some(format!("gpio={}=ip,{pull}", button.line))
        });
        spi.into_iter().chain(pulls).collect()
    }
}

impl Button {
    fn check(&self) -> Result<(), BoardError> {
        let line = self.line;
        let wrong = |says: &str| Err(BoardError(format!("the button on line {line} {says}")));
        let (long, held, stages) = (self.long.is_some(), self.while_held.is_some(), !self.hold.is_empty());
        let single = [self.short, self.double, self.long, self.while_held];
        if single.iter().all(Option::is_none) && !stages {
            return wrong("does nothing: short, double, long, while-held or hold says what");
        }
        if held && (long || stages || self.short.is_some() || self.double.is_some()) {
            return wrong("does something while it is held, and can do nothing else");
        }
        if self.while_held.is_some_and(|does| does != ButtonAction::Talk) {
            return wrong("can only talk while it is held");
        }
        if long && stages {
            return wrong("has long and hold, which begin alike: it can have one of the two");
        }
        if single.iter().flatten().any(|does| does.is_grave()) {
            return wrong("would update, go back, reset or switch off by one press: hold says after how many seconds");
        }
        if self.hold.iter().any(|stage| !(1..=LONGEST_HOLD_S).contains(&stage.seconds)) {
            return wrong("is held for 1 to 30 seconds");
        }
        if !self.hold.is_sorted_by(|one, next| one.seconds < next.seconds) {
            return wrong("has stages that do not rise: each has more seconds than the one before");
        }
        Ok(())
    }
}

impl Lights {
    fn check(&self) -> Result<(), BoardError> {
        let wrong = |says: String| Err(BoardError(says));
        match self {
            Self::Apa102 { count, .. } | Self::Ws2812 { count, .. } if !(1..=MOST_LIGHTS).contains(count) => {
                return wrong(format!("{count} lights: it has to be 1 to {MOST_LIGHTS}"));
            }
            Self::Apa102 { spi, clock, data, .. }
                if spi.is_some() == (clock.is_some() && data.is_some()) || clock.is_some() != data.is_some() =>
            {
                return wrong("APA102 are on spi, or on clock and data".to_owned());
            }
            Self::Apa102 { count, clock: Some(_), .. } if *count > MOST_LIGHTS_BY_LINES => {
                return wrong(format!(
                    "{count} lights: it can be {MOST_LIGHTS_BY_LINES} on two lines, and {MOST_LIGHTS} on spi"
                ));
            }
            Self::Plain { lights } => {
                let mut shown = BTreeMap::new();
                for (showing, line) in
                    lights.iter().flat_map(|light| light.shows.iter().map(|showing| (showing, light.line)))
                {
                    if let Some(other) = shown.insert(showing, line) {
                        return wrong(format!("\"{}\" is shown on line {other} and line {line}", showing.name()));
                    }
                }
            }
            Self::Apa102 { .. } | Self::Ws2812 { .. } => {}
        }
        let bus = self.strip().and_then(|(_, _, wires)| match wires {
            StripWires::Spi(spi) => Some(spi),
            StripWires::Lines { .. } => None,
        });
        match bus.filter(|bus| !matches!(*bus, "0.0" | "0.1")) {
            Some(bus) => wrong(format!("spi = \"{bus}\" has to be \"0.0\" or \"0.1\"")),
            None => Ok(()),
        }
    }

    /// A chain's kind, how many lights it has, and how it is reached.
    pub fn strip(&self) -> Option<(StripKind, usize, StripWires<'_>)> {
        match self {
            Self::Apa102 { count, spi: Some(spi), .. } => {
                Some((StripKind::Apa102, usize::from(*count), StripWires::Spi(spi)))
            }
            Self::Apa102 { count, clock: Some(clock), data: Some(data), .. } => {
                Some((StripKind::Apa102, usize::from(*count), StripWires::Lines { clock: *clock, data: *data }))
            }
            Self::Ws2812 { count, spi } => Some((StripKind::Ws2812, usize::from(*count), StripWires::Spi(spi))),
            Self::Apa102 { .. } | Self::Plain { .. } => None,
        }
    }

    fn lines(&self) -> Vec<(u8, String)> {
        match self {
            Self::Apa102 { clock, data, .. } => {
                let clock = clock.map(|line| (line, "the lights' clock".to_owned()));
                clock.into_iter().chain(data.map(|line| (line, "the lights' data".to_owned()))).collect()
            }
            Self::Ws2812 { .. } => Vec::new(),
            Self::Plain { lights } => lights.iter().map(|light| (light.line, "a light".to_owned())).collect(),
        }
    }
}

#[cfg(test)]
mod tests;
