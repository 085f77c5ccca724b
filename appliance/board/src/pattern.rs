//! What lights show, and how.

use std::collections::BTreeMap;
use std::f32::consts::TAU;
use std::time::Duration;

use serde::Deserialize;

/// One light's colour, each part 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Colour {
    /// It at this brightness, 0..1, as eyes see it.
    fn dimmed(self, brightness: f32) -> Self {
        // A light that is half as bright to the eye gives about a fifth of the light.
        let share = brightness.clamp(0.0, 1.0).powf(2.2);
        let part = |part: u8| (f32::from(part) * share).round() as u8;
        Self { red: part(self.red), green: part(self.green), blue: part(self.blue) }
    }
}

impl<'de> Deserialize<'de> for Colour {
    /// As in `"#ff8000"`.
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let [_, red, green, blue] =
            number.ok_or_else(|| serde::de::Error::custom("a colour is \"#rrggbb\""))?.to_be_bytes();
        Ok(Self { red, green, blue })
    }
}

/// What a light tells; of several the last in this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Showing {
    /// Something is wrong with the device, and it has been said.
    Wrong,
    /// A new version is being written or tried.
    Updating,
    /// The microphone is closed.
    Muted,
    /// Somebody may speak.
    Listening,
    /// An answer is on its way.
    Thinking,
    /// It speaks.
    Speaking,
    /// Something rings.
    Timer,
    /// Something has just failed.
    Error,
    /// A button is held, and means something when it is let go.
    Held,
}

impl Showing {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Wrong,
        Self::Updating,
        Self::Muted,
        Self::Listening,
        Self::Thinking,
        Self::Speaking,
        Self::Timer,
        Self::Error,
        Self::Held,
    ];

    /// As in `patterns.toml` and the boards' files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Updating => "updating",
            Self::Muted => "muted",
            Self::Listening => "listening",
            Self::Thinking => "thinking",
            Self::Speaking => "speaking",
            Self::Timer => "timer",
            Self::Error => "error",
            Self::Held => "held",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Motion {
    Steady,
    Breathe,
    Turn,
    Blink,
}

/// How something is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    colour: Colour,
    motion: Motion,
    #[serde(default)]
    round: u16,
}

const PATTERNS: &str = include_str!("../patterns.toml");

impl Pattern {
    /// How this is shown.
    pub fn of(showing: Showing) -> Self {
        let dark = Self { colour: Colour::default(), motion: Motion::Steady, round: 0 };
        let patterns: BTreeMap<String, Self> = toml::from_str(PATTERNS).unwrap_or_default();
        patterns.get(showing.name()).copied().unwrap_or(dark)
    }

    /// What `lights` show after so long of it, each at most this bright, 0..1.
    pub fn colours(&self, after: Duration, lights: usize, brightness: f32) -> Vec<Colour> {
        (0..lights).map(|light| self.colour.dimmed(brightness * self.share(after, light, lights))).collect()
    }

    /// Whether a light that is only on or off is on.
    pub fn is_on(&self, after: Duration) -> bool {
        self.share(after, 0, 1) >= 0.5
    }

    /// After how long it looks different; `None` for ever the same.
    pub fn changes_every(&self) -> Option<Duration> {
        match self.motion {
            Motion::Steady => None,
            Motion::Blink => Some(Duration::from_millis(u64::from(self.round.max(2)) / 2)),
            Motion::Breathe | Motion::Turn => Some(Duration::from_millis(40)),
        }
    }

    /// How bright one of so many lights is, 0..1.
    fn share(&self, after: Duration, light: usize, lights: usize) -> f32 {
        let round = u128::from(self.round.max(1));
        let phase = (after.as_millis() % round) as f32 / round as f32;
        match self.motion {
            Motion::Steady => 1.0,
            // From bright to a fifth and back: it is never dark, or it would look off.
            Motion::Breathe => 0.6 + 0.4 * (phase * TAU).cos(),
            Motion::Blink => f32::from(u8::from(phase < 0.5)),
            // One light alone cannot turn.
            Motion::Turn if lights < 2 => f32::from(u8::from(phase < 0.5)),
            Motion::Turn => {
                let behind = (phase - light as f32 / lights as f32).rem_euclid(1.0);
                (1.0 - 1.5 * behind).max(0.08)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_shown_has_a_pattern_of_its_own() {
        let patterns: BTreeMap<String, Pattern> = toml::from_str(PATTERNS).expect("patterns");
        let mut names: Vec<_> = Showing::ALL.into_iter().map(Showing::name).collect();
        names.sort_unstable();
        assert_eq!(patterns.keys().map(String::as_str).collect::<Vec<_>>(), names);
        for (index, showing) in Showing::ALL.into_iter().enumerate() {
            assert!(
                Showing::ALL[..index].iter().all(|other| Pattern::of(*other) != Pattern::of(showing)),
                "{showing:?}"
            );
            let pattern = Pattern::of(showing);
            assert_eq!(pattern.round == 0, pattern.motion == Motion::Steady, "{showing:?} moves, or does not");
            assert!(pattern.is_on(Duration::ZERO), "{showing:?} is seen at once");
            let first = pattern.colours(Duration::ZERO, 3, 1.0);
            assert!(first.contains(&pattern.colour), "{showing:?} is bright at once");
        }
        assert!(Showing::ALL.is_sorted());
    }

    #[test]
    fn what_turns_goes_round_and_what_blinks_is_dark_for_half_of_the_time() {
        let brightest = |at: u64| {
            let colours = Pattern::of(Showing::Thinking).colours(Duration::from_millis(at), 3, 1.0);
            (0..3).max_by_key(|light| colours[*light].blue)
        };
        assert_eq!([0, 300, 600, 900].map(brightest), [Some(0), Some(1), Some(2), Some(0)]);
        let timer = Pattern::of(Showing::Timer);
        let dark = |at: u64| timer.colours(Duration::from_millis(at), 2, 1.0) == [Colour::default(); 2];
        assert_eq!([0, 249, 250, 499, 500].map(dark), [false, false, true, true, false]);
    }

    #[test]
    fn at_night_it_is_as_dark_as_somebody_wants() {
        let muted = Pattern::of(Showing::Muted);
        let red = |brightness| muted.colours(Duration::ZERO, 1, brightness)[0].red;
        assert_eq!((red(1.0), red(0.5), red(0.0), red(7.0)), (0xc0, 42, 0, 0xc0));
    }
}
