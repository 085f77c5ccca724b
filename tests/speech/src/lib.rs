//! Recorded speech for the demo, the benches and the tests.
//!
//! No audio is in the repository. [`prepare`] makes it from the descriptions beside this crate: recordings of people
//! out of Debian packages, synthetic voices, and generated noises, all of them 16 kHz, mono, 16 bits, at one peak.
//! Every clip is listed in an index with what is said and where its first and last sounds are. What is there already is
//! not made again.
//!
//! - **Set**: clips for one purpose, described in one file.
//! - **Pause**: the silence that was put into the middle of a sentence.
//! - **Hesitation**: such a pause in one of many sentences, which tell how often Parley speaks into one.
//! - **Split**: whether thresholds may be chosen on a clip (`tuning`) or it only measures (`held_out`).

use std::path::PathBuf;

mod alignment;
pub mod babble;
mod clip;
pub mod convolution;
pub mod corpus;
mod description;
mod descriptions;
mod hesitations;
mod index;
pub mod noise;
mod packages;
mod prepare;
pub mod room;
mod samples;
mod sound_span;
mod synthesis;
pub mod teaching;
pub mod word_errors;

pub use clip::{BargeInClip, Clip, PausedClip, SpeechSets};
pub use description::{Interruption, Split};
pub use hesitations::{HesitantClip, prepare_hesitations};
pub use packages::SYSTEM_PACKAGES;
pub use prepare::{prepare, prepare_demo, prepare_repetitive, prepare_vocabulary};
pub use samples::write_wav;
pub use sound_span::{SoundSpan, sound_span};

/// Where the clips are kept: `speech` below `$PARLEY_CACHE`, else below `parley` in `$XDG_CACHE_HOME` or `~/.cache`.
pub fn default_folder() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = variable("PARLEY_CACHE")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("parley")))
        .or_else(|| Some(variable("HOME")?.join(".cache/parley")))
        .unwrap_or_else(|| std::env::temp_dir().join("parley"));
    cache.join("speech")
}
