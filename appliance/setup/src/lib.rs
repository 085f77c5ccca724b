//! What an owner writes onto the card before its first start.
//!
//! `parley-setup.toml` is on the card's first partition, which every PC shows. At every start it is read without mounting
//! the partition, applied if it has changed, and reported; it is never written. What it sets is stored on the data
//! partition, because the root is read-only.
//!
//! Rules: a file with a mistake changes nothing and is reported; a key that is left out changes nothing; nothing is kept
//! that the device does not need; only what this program wrote itself is read back.

mod aloud;
pub mod card;
pub mod owner;
pub mod plan;
pub mod system;
pub mod wireless;

/// The file's name on the first partition.
pub const FILE: &str = "parley-setup.toml";
/// Where everything lies that was applied.
pub const FOLDER: &str = "/var/lib/parley-setup";
