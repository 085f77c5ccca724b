//! The two lines with which a connection to the sound socket begins.

use serde::{Deserialize, Serialize};

use crate::message::DoorError;
use crate::version::DoorVersion;

/// The rate of the sound that a client sends, in Hz; this version takes no other.
pub const SOUND_IN_HZ: u32 = 16_000;

/// The line with which a client begins; frames follow the daemon's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum SoundOpening {
    /// It wants a seat of its own.
    Hello(SoundHello),
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// What a client that wants a seat says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SoundHello {
    /// What it speaks.
    pub version: DoorVersion,
    /// Who it is, for the log.
    #[serde(default)]
    pub name: String,
    /// Of the sound that it will send, in Hz: [`SOUND_IN_HZ`].
    pub rate_hz: u32,
    /// Of that sound: 1.
    #[serde(default = "one")]
    pub channels: u16,
    /// Of its samples: `s16le`.
    #[serde(default = "s16le")]
    pub format: String,
    /// In which language people speak there (ISO 639-1); none: it is detected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What may interrupt an answer there; none: as the device's own seat has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub barge_in: Option<DoorBargeIn>,
}

/// What may interrupt an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DoorBargeIn {
    /// Speech too: for a microphone that does not hear the loudspeaker.
    Voice,
    /// A request alone: nobody is listened to while Parley speaks.
    Key,
}

/// The line with which the daemon answers; frames follow the first kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum SoundReply {
    /// The client has a seat.
    Hello(SoundWelcome),
    /// It has none: why, and what to do. The connection is closed.
    Goodbye(DoorError),
    /// Something that this version does not know.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// What a client is told of its seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SoundWelcome {
    /// What the daemon speaks.
    pub version: DoorVersion,
    /// The version of Parley.
    pub parley: String,
    /// The seat's name in events and requests, such as `seat-2`.
    pub seat: String,
    /// Of the sound that the client is sent, in Hz.
    pub rate_hz: u32,
    /// How long a frame of that sound is, in milliseconds.
    pub frame_ms: u32,
    /// How much of it the client is sent before it has been played, in milliseconds.
    pub ahead_ms: u32,
}

impl SoundHello {
    /// A hello of this version, with nothing but what it needs.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            version: DoorVersion::THIS,
            name: name.into(),
            rate_hz: SOUND_IN_HZ,
            channels: one(),
            format: s16le(),
            language: None,
            barge_in: None,
        }
    }

    /// What is wrong with the sound that it promises, and what to send instead.
    pub fn refusal(&self) -> Option<String> {
        if self.rate_hz != SOUND_IN_HZ {
            Some(format!("sound of {} Hz is not taken; convert it to {SOUND_IN_HZ} Hz", self.rate_hz))
        } else if self.channels != one() {
            Some(format!("sound of {} channels is not taken; mix them into one", self.channels))
        } else if self.format != s16le() {
            let format = self.format.chars().take(20).collect::<String>();
            Some(format!("samples of {format:?} are not taken; send \"{}\": 16 bits, little-endian", s16le()))
        } else {
            None
        }
    }
}

fn one() -> u16 {
    1
}

fn s16le() -> String {
    "s16le".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hello_names_what_it_sends_and_what_it_does_not_name_is_usual() {
        let opening: SoundOpening = serde_json::from_str(
            r#"{"type":"hello","version":"1.9","rate-hz":16000,"barge-in":"voice","language":"de","mood":[]}"#,
        )
        .expect("a hello");
        let SoundOpening::Hello(hello) = opening else { panic!("{opening:?}") };
        assert_eq!((hello.channels, hello.format.as_str(), hello.barge_in), (1, "s16le", Some(DoorBargeIn::Voice)));
        assert_eq!(hello.refusal(), None);
        for wrong in [r#"{"type":"hello","version":"1.1"}"#, r#"{"version":"1.1","rate-hz":16000}"#, "{}"] {
            assert!(serde_json::from_str::<SoundOpening>(wrong).is_err(), "{wrong}");
        }
        assert_eq!(serde_json::from_str(r#"{"type":"song"}"#).ok(), Some(SoundOpening::Unknown));
    }

    #[test]
    fn what_is_not_taken_is_named_with_what_to_send() {
        let hello = SoundHello::new("me");
        let refused = |hello: &SoundHello, word: &str| hello.refusal().is_some_and(|text| text.contains(word));
        assert!(refused(&SoundHello { rate_hz: 48_000, ..hello.clone() }, "16000 Hz"));
        assert!(refused(&SoundHello { channels: 2, ..hello.clone() }, "mix"));
        assert!(refused(&SoundHello { format: "f32le".into(), ..hello.clone() }, "s16le"));
        assert_eq!(hello.refusal(), None);
    }
}
