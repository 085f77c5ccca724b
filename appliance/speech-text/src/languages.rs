//! One file, or folder, for each language.

pub(crate) mod english;
