//! Listening: makes each frame of the microphone fit to be listened to, and adds whether somebody is speaking in it.
//!
//! The listening thread stands between the real-time capture thread and the conductor. It is an ordinary thread and may
//! wait; its only work is the [`Detector`]'s, a fraction of a millisecond for each frame, and while something is played it waits
//! up to 40 ms for what that was. What a client of the door sends goes through a detector of its own, and no echo is cancelled.

mod conditioning;
mod detector;
mod mute;
mod names;
mod passages;
mod second_opinion;
mod sound_health;
mod thread;
mod voice_activity;

use parley_conversation::Position;
use tokio::time::Instant;

pub use conditioning::{Canceller, Conditioned, Conditioning, FrameSamples};
pub use detector::Detector;
pub use mute::Mute;
pub use names::ListenedFor;
pub(crate) use passages::median;
pub use passages::{PassageFigures, Passages};
pub use sound_health::{SoundTrouble, SoundTroubles, troubles_of};
pub use thread::{EchoCounters, Listening, ListeningCounters, cancels_echo, listen};
#[cfg(test)]
pub(crate) use voice_activity::tests::vowel;
pub use voice_activity::{VoiceActivity, level_dbfs};

pub use parley_audio::capture::FRAME_SAMPLES;

/// Frames that may wait for the conductor: more than a second. Beyond that the newest are dropped and counted.
pub const FRAMES_IN_FLIGHT: usize = 64;

/// 20 ms of the microphone's audio, mono, 16 kHz.
#[derive(Debug, Clone)]
pub struct AudioFrame {
    /// Where it ends in the microphone's audio.
    pub end: Position,
    /// When its last sample arrived.
    pub arrived: Instant,
    pub samples: [i16; FRAME_SAMPLES],
    pub speech: bool,
    /// How loud it is in dB of full scale, before a quiet microphone was made louder: an owner's floor is compared with what
    /// does not change. While something plays whose echo is cancelled, how loud what is left is.
    pub dbfs: f32,
    /// A wake word that was heard with this frame, or may have been.
    pub name: Option<Name>,
    /// Somebody has said "stop".
    pub stop: bool,
}

/// A wake word in what a microphone heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// Where it ended.
    pub ended: Position,
    /// Whether it is certain; otherwise its words are to be looked at.
    pub sure: bool,
    /// Its place among the words that are listened for.
    pub word: usize,
    /// How likely it was, in percent.
    pub percent: u8,
}

impl AudioFrame {
    /// A frame of which nothing was made louder, and with which no wake word was heard.
    pub fn new(end: Position, arrived: Instant, samples: [i16; FRAME_SAMPLES], speech: bool) -> Self {
        Self { end, arrived, samples, speech, dbfs: level_dbfs(&samples), name: None, stop: false }
    }
}
