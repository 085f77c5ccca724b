//! Drives a worker over its pipe as its supervisor does, for the tests of the workers on their real models.
//!
//! Everything here panics where something is not as it should be: a test that cannot run has failed.

#![allow(missing_docs, reason = "only this repository uses it: a doc says what the name below it does not")]

mod start;
mod worker;

pub use start::{check_only_whole_models_start, check_refused};
pub use worker::{End, Worker};

use std::path::PathBuf;

/// A file of the folder of models.
///
/// # Panics
/// It is missing: a test that is skipped looks like one that passed.
pub fn model(name: &str) -> PathBuf {
    let folder = parley_models::default_dir(|name| std::env::var_os(name)).expect("PARLEY_MODELS or HOME is set");
    let file = folder.join(name);
    assert!(file.is_file(), "{} is missing: run `cargo xtask test`, which fetches what the tests need", file.display());
    file
}
