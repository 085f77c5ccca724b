//! Wake words: whether somebody says one of a few words, of all that is heard.
//!
//! Terms: **features** are 40 numbers for each 10 ms of sound; a **network** is a small model that remembers what it needs of
//! earlier features, and says how likely it is that its word has just ended; a **word** is a network with the likelihood from
//! which it counts; an **embedding** is what a stretch of speech sounds like, a **head** is a small network that tells its word by
//! some of them, and a word that was **learnt** is a few of them.
//!
//! Rules:
//! - Features are computed once, whatever the number of words.
//! - A network's file is somebody else's: nothing of it is believed before it has been checked, and no file makes anything panic.
//! - Nothing allocates while sound is heard, but for the result.
//!
//! The networks are those of microWakeWord (<https://github.com/kahrendt/microWakeWord>), as TensorFlow Lite keeps them. They
//! have so few kinds of steps that they are run here, in safe code, instead of by a runtime of 4 MB.

mod agreement;
mod decision;
mod embedding;
mod features;
mod head;
mod learnt;
mod listener;
mod network;
mod spectrum;
mod stretch;
mod word;

pub use embedding::{EMBEDDING, EMBEDDING_STEPS, EmbeddingError, EmbeddingModel};
pub use features::{CHANNELS, Features};
pub use head::{Head, TaughtUnit, known_names, known_word, stop_word};
pub use learnt::{EXAMPLES, LearnError, Learnt};
pub use listener::{Heard, WakeListener};
pub use network::{Network, NetworkError};
pub use spectrum::STEP_SAMPLES;
pub use stretch::{SPAN, Stretch, Stretches};
pub use word::{Word, WordError, learnt_file};

/// The rate of all sound, in Hz.
pub const RATE_HZ: u32 = 16_000;
