//! What an owner writes onto the card before its first start.
//!
//! `parley-setup.toml` lies on the card's first partition, which every PC shows. It is read at every start, without mounting, applied when it
//! has changed, reported, and never written. What it sets lies on the data partition: the root is read-only.
//!
//! Rules: a file with a mistake changes nothing and is reported; a key that is left out leaves what is; nothing of it is kept that the
//! device does not need.

pub mod owner;
pub mod plan;

/// The file's name on the first partition.
pub const FILE: &str = "parley-setup.toml";
/// Where everything lies that was applied.
pub const FOLDER: &str = "/var/lib/parley-setup";
