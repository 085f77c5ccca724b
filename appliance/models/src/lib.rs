//! Models and other large files that Parley needs but does not carry: which there are, where they come from, and
//! how they get here whole.
//!
//! Terms: a **pinned file** has a known size and SHA-256; a **source** is a place that has the file or a piece of it; a
//! **recipe** makes the file from one or more sources; the **store** is the folder the files lie in, all side by side;
//! a **model** is one or more pinned files with a purpose; a **profile** is a set of models that work together; the
//! **catalogue** is the manifest's models and what of them is in the store.
//!
//! Rules:
//! - A file in the store under its own name is whole and has the pinned checksum; it gets there by a rename, and only
//!   after it was checked. Anything unfinished lies in the store's `.downloads` folder.
//! - A checksum is never made up. A file whose checksum nobody has verified can be listed, but neither fetched nor
//!   used.
//! - What an archive says about names, paths and sizes is compared, never obeyed.
//! - Files come from the network only where a function says that it fetches.

mod archive;
mod catalogue;
mod convert;
mod digest;
mod disk;
mod download;
mod error;
mod manifest;
mod memory;
mod own;
mod pinned;
mod progress;
mod recipe;
mod registry;
mod source;
mod store;

pub use catalogue::{Catalogue, ModelState, SelectError, Selected, Selection, Voices, Wanted, default_dir};
pub use digest::Sha256;
pub use error::FetchError;
pub use manifest::{Called, Manifest, ManifestError, Model, Profile, Promised, Purpose};
pub use memory::{Need, machine_bytes};
pub use own::OwnFiles;
pub use pinned::{Pin, PinnedFile};
pub use progress::{FetchPhase, Progress};
pub use store::{Carried, CarryError, FileState, Store};
