//! The loudspeaker: from sound that is being made to what an ear hears.
//!
//! ```text
//! Feed ──ring, 400 ms──▶ Track ─┐
//! Feed ──ring, 400 ms──▶ Track ─┼─▶ Renderer ──period──▶ Sink ─ ─ heard ─ ─▶ Tap
//!    8 at most             …   ─┘
//! Control, Mixer ──atomics──▶ Renderer
//! ```
//!
//! Terms: a **feed** is one of the sounds that the **mixer** adds up; a **stream** is what a feed plays between two
//! discards, and its [`StreamId`] is its name; the sink's **delay** is what was written to it and has not been heard;
//! **heard** is what of a stream has come out, without silence in its gaps; **ducking** turns sounds down while speech
//! or an alarm is heard; the **tap** hands out what was really played, with its time.
//!
//! Rules:
//! - Nothing of a stream is heard after it was discarded, but for the period that is being written. Every queued sample
//!   carries its stream, and the renderer is the one place that looks at it.
//! - A pause makes the sink drop its delay; a resume goes on with exactly the first sample that was not heard.
//! - What was heard of a stream is a prefix of what was offered: nothing is lost, nothing is said twice, whatever other
//!   feeds do.
//! - The mix is the sum of the feeds, each with its gain, clipped to 16 bits; a feed alone at gain 1 is passed on as it
//!   is. Gains move by small steps, and what is played again is as loud as it was.
//! - Nothing plays around the mixer.

mod alsa;
mod control;
mod ear;
mod feed;
mod mixer;
mod ramp;
mod recording;
mod renderer;
mod sink;
mod tap;
mod thread;
mod track;
mod unheard;

pub use alsa::AlsaSink;
pub use control::{Control, PlaybackCounters, StreamId};
pub use ear::Ear;
pub use feed::{Feed, StaleStream};
pub use mixer::{FEEDS, Mixer, NoFreeFeed, Part};
pub use recording::{Recording, RecordingSink};
pub use renderer::Renderer;
pub use sink::{Sink, SinkFormat, Written};
pub use tap::{Tap, TapBlock};
pub use thread::PlaybackThread;

/// The rate that loudspeakers are asked for first, in Hz: nearly every sound card has it.
pub const LOUDSPEAKER_HZ: u32 = 48_000;

#[cfg(test)]
mod tests;
