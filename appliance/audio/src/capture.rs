//! The microphone: from the device to 20 ms frames at 16 kHz.
//!
//! ```text
//! Source ──frames──▶ capture thread ──mono, ring of 2 s──▶ Microphone ──16 kHz, 20 ms──▶ listening
//! ```
//!
//! Rules:
//! - When the ring is full the newest samples are dropped and counted; a real-time writer cannot drop the oldest.
//! - What was lost, for whatever reason, is silence of its length, a second at most: positions keep time.
//! - A device may come back with another rate and other channels.

mod alsa;
mod channels;
mod frames;
mod queue;
mod source;
mod thread;

pub use alsa::AlsaSource;
pub use frames::{FRAME_RATE_HZ, FRAME_SAMPLES, Frame, Microphone};
pub use queue::{ClipQueue, QueueFull, QueueSource, QueuedClip};
pub use source::{Captured, Source, SourceFormat};
pub use thread::CaptureCounters;

#[cfg(test)]
mod tests;
