//! The settings of Parley: which there are, which values are good, and where they come from. `docs/CONFIGURATION.md` and
//! `parley.example.toml` list them.
//!
//! Settings are merged key by key from *layers*, of which each holds only what it says itself. A later one wins:
//!
//! 1. the defaults, in the code;
//! 2. [`IMAGE`], what an image was built with;
//! 3. [`SYSTEM`], what the administrator of a machine says;
//! 4. the owner's: on a device [`OWNER`], elsewhere the user's own file;
//! 5. what was set over the daemon's door ([`DoorLayer`]), until one of the files says another thing;
//! 6. the file that `--config` names.
//!
//! Rules:
//! - No mistake in a layer stops anything that starts by itself: the key is passed over, the layer below holds for it, and
//!   the mistake is told. So a version reads whatever a newer one has written.
//! - A file that somebody names is taken whole or refused.
//! - A value is checked where it is read, and nowhere else.

mod config;
#[cfg(test)]
mod documents;
mod hours;
mod keys;
pub mod language;
mod layer;
mod over_door;
mod places;
mod text;
mod updates;

pub use config::{
    AudioSettings, BargeInSetting, Config, ConversationSettings, EnginesSettings, HardwareSettings, ModelsSettings,
    NO_BOARD, Sounds, WakeWord,
};
pub use hours::{Hours, NoHours};
pub use keys::{KEYS, Key, OverDoor};
pub use layer::{Change, Layer, Mistake};
pub use over_door::{DoorLayer, NotSet, WhyNotSet};
pub use places::{FileRefused, IMAGE, Loaded, MARKS, OWNER, Places, SYSTEM, state_folder};
pub use text::text_of;
pub use updates::{OnInstalled, OnStick, Updates};
