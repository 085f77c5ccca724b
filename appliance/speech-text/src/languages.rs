//! One file, or folder, for each language.

pub(crate) mod english;
mod european;
pub(crate) mod french;
pub(crate) mod german;
pub(crate) mod italian;
pub(crate) mod spanish;
