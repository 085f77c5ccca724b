//! The echo check: how well this loudspeaker's echo can be taken out of this microphone's sound, measured with a chirp.
//!
//! Terms: the **chirp** is a tone that rises from 200 Hz to 7 kHz in a second; it is played twice, with silence before, between
//! and after, and noise that swells like syllables behind it. What comes of all is an [`EchoRecording`], and what is computed
//! from it [`EchoCheckFigures`]. Whether those are good is for others to say.
//!
//! Rules:
//! - A recording is made with the same threads, reference and canceller as a conversation's sound goes through.
//! - Computing is pure: the same recording gives the same figures.
//! - What cannot be measured is `None`, and never a guess.

mod chirp;
mod figures;
mod recorder;
mod recording;
#[cfg(test)]
mod tests;

pub use figures::EchoCheckFigures;
pub use recorder::{EchoRecorder, RecordedTap};
pub use recording::{AFTER, BEFORE, EchoRecording, LONGEST, check_sound, record};
