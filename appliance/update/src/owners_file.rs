//! What became of the file that the owner put onto the card, told by `parley-setup`.

use crate::files;
use crate::system::System;

/// The report of what was done, or why not; without any secret.
pub const REPORT: &str = "/var/lib/parley-setup/report.txt";

/// The report, where there was a file.
pub fn report(system: &System) -> Option<String> {
    let report = String::from_utf8(files::read(&system.path(REPORT)).ok()?).ok()?;
    Some(report.trim().to_owned()).filter(|report| !report.is_empty())
}
