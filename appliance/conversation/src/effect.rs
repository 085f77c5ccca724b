//! Effects: what is done outside of the conversation, once a turn is certain.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Identifies an effect; later ones have higher numbers, and none is used twice in a conversation. Whoever performs
/// effects never performs one number twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EffectId(pub u64);

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Something to be done: a light, a timer, a look at the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Which one, as whoever performs it calls it.
    pub name: String,
    /// JSON; what it means is between who asks for the effect and who performs it.
    pub arguments: String,
}

/// How loud Parley is is to change. Its [`Effect`] is the core's own; nobody else's has that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeStep {
    /// "Louder."
    Louder,
    /// "Quieter."
    Quieter,
}

impl VolumeStep {
    /// The effect that changes it. Whoever performs it says how loud it is now.
    pub fn effect(self) -> Effect {
        let arguments = match self {
            Self::Louder => r#"{"change":"louder"}"#,
            Self::Quieter => r#"{"change":"quieter"}"#,
        };
        Effect { name: "parley.volume".into(), arguments: arguments.into() }
    }

    /// The change that an effect is, if it is one.
    pub fn of(effect: &Effect) -> Option<Self> {
        [Self::Louder, Self::Quieter].into_iter().find(|step| step.effect() == *effect)
    }
}

/// What somebody wants of the wake words. Its [`Effect`] is the core's own, as that of [`VolumeStep`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WakeWordWish {
    /// A lesson: a new one, or one that is known once more.
    Learn,
    /// This one, in lower case and without accents; empty where nobody said which.
    Forget(String),
}

impl WakeWordWish {
    const EFFECT: &str = "parley.wake-word";
    const LEARN: &str = "learn";
    const FORGET: &str = "forget";

    /// The effect; what comes of it is said in this language (ISO 639-1).
    pub(crate) fn effect(&self, language: &str) -> Effect {
        let (wish, name) = match self {
            Self::Learn => (Self::LEARN, ""),
            Self::Forget(name) => (Self::FORGET, name.as_str()),
        };
        // Neither has a letter that JSON would write otherwise.
        let arguments = format!(r#"["{wish}","{language}","{name}"]"#);
        Effect { name: Self::EFFECT.into(), arguments }
    }

    /// The wish that an effect is, if it is one, and its language.
    pub fn of(effect: &Effect) -> Option<(Self, String)> {
        let arguments = effect.arguments.strip_prefix("[\"")?.strip_suffix("\"]")?;
        let mut arguments = arguments.split("\",\"").map(str::to_owned);
        let (wish, language, name) = (arguments.next()?, arguments.next()?, arguments.next()?);
        let wish = match wish.as_str() {
            Self::LEARN => Self::Learn,
            Self::FORGET => Self::Forget(name),
            _ => return None,
        };
        (effect.name == Self::EFFECT).then_some((wish, language))
    }
}

/// What came of an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EffectResult {
    /// It is done, or was refused: say this. Of a text beyond [`MAX_RESULT_CHARS`] the end is left out.
    Say(String),
    /// The language model is to go on, now that it knows this. Bounded as above, and to [`MAX_THOUGHTS`] in a turn.
    Think(String),
    /// It could not be done, or nobody knows whether it was. The reason is for logs.
    Failed(String),
}

/// The most characters of a result that are said, or shown to the language model.
pub const MAX_RESULT_CHARS: usize = 4_000;

/// How often the language model may go on after a result, in one turn.
pub const MAX_THOUGHTS: u32 = 4;

/// An effect that was begun, and what is known of its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BegunEffect {
    /// Its number.
    pub id: EffectId,
    /// What was asked for.
    pub effect: Effect,
    /// `None` until it is told.
    pub result: Option<EffectResult>,
}

/// The first [`MAX_RESULT_CHARS`] characters.
pub(crate) fn bounded(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(MAX_RESULT_CHARS) {
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_known_by_its_effect_and_nothing_else_is_one() {
        for wish in [WakeWordWish::Learn, WakeWordWish::Forget("hey you".into()), WakeWordWish::Forget(String::new())] {
            assert_eq!(WakeWordWish::of(&wish.effect("de")), Some((wish, "de".into())));
        }
        let other = Effect { name: "light".into(), ..WakeWordWish::Learn.effect("en") };
        assert_eq!(WakeWordWish::of(&other), None);
        assert_eq!(WakeWordWish::of(&VolumeStep::Louder.effect()), None);
    }
}
