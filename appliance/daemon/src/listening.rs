//! Listening: the microphone's samples become frames that say whether somebody speaks.
//!
//! The listening thread is an ordinary one, between the real-time capture thread and the conductor: it may wait, and
//! what it costs is [`VoiceActivity`]'s few microseconds a frame.

mod thread;
mod voice_activity;

use parley_conversation::Position;
use tokio::time::Instant;

pub use thread::listen;
pub use voice_activity::VoiceActivity;

pub use parley_audio::capture::FRAME_SAMPLES;

/// Frames that may wait for the conductor: more than a second. Beyond it the newest are dropped and counted.
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
}
