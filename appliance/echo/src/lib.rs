//! Echo cancelling: takes out of the microphone's sound what the loudspeaker plays.
//!
//! Terms: the **reference** is what the loudspeaker played, as the mixer's tap tells; the **echo** is what the microphone
//! hears of it; a **block** is 10 ms, what is processed at a time; the **linear** output is the microphone without the part
//! of the echo that a filter can foretell, and leaves voices as they were; the **suppressed** output is the same with every
//! band turned down in which echo is left: it tells whether somebody speaks, and would cost a recogniser words; **drift** is
//! how much faster one clock runs than the other, in parts per million (ppm).
//!
//! Rules:
//! - Exactly what is captured is processed: every block of the microphone has one block of reference, which comes before
//!   it, and silence stands in for what nothing is known of. Both are counted.
//! - The reference is causal: it is put so far ahead that no echo comes before its sound, whatever the devices say wrongly.
//! - Only what has changed is adapted to: where the reference is aligned anew, the canceller finds its way from what it
//!   knows, and is never reset.
//! - Nobody waits for long: where the reference does not come, the microphone goes on without it.

mod canceller;
pub mod check;
mod drift;
mod echo;
mod reference;
mod warp;

pub use canceller::{BLOCK, BlockCanceller, CancellerFigures, LINEAR_DELAY, RATE_HZ, SUPPRESSED_DELAY};
pub use echo::{Cancelled, EchoCanceller, EchoFigures, Played};
pub use reference::{LEAD, Reference, ReferenceFigures};
pub use warp::UnknownRate;
