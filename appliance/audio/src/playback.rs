//! The loudspeaker: from speech that is being synthesised to what an ear hears.
//!
//! ```text
//! Feed ──ring, 400 ms──▶ Renderer ──period──▶ Sink        Control ──atomics──▶ Renderer
//! ```
//!
//! Terms: a **stream** is what is said between two discards, and its [`StreamId`] is its name; the sink's **delay** is
//! what was written to it and has not been heard; **heard** is what of a stream has come out, without silence in its
//! gaps.
//!
//! Rules:
//! - Nothing of a stream is heard after it was discarded, but for the period that is being written. Every queued sample
//!   carries its stream, and the renderer is the one place that looks at it.
//! - A pause makes the sink drop its delay; a resume goes on with exactly the first sample that was not heard.
//! - What was heard of a stream is a prefix of what was offered: nothing is lost, nothing is said twice.

mod alsa;
mod control;
mod ear;
mod feed;
mod recording;
mod renderer;
mod sink;
mod thread;
mod unheard;

pub use alsa::AlsaSink;
pub use control::{Control, PlaybackCounters, StreamId};
pub use ear::Ear;
pub use feed::{Feed, StaleStream};
pub use recording::{Recording, RecordingSink};
pub use renderer::Renderer;
pub use sink::{Sink, SinkFormat, Written};
pub use thread::PlaybackThread;

/// The rate that loudspeakers are asked for first, in Hz: nearly every sound card has it.
pub const LOUDSPEAKER_HZ: u32 = 48_000;

#[cfg(test)]
mod tests;
