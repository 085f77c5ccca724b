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
