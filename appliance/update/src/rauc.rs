//! RAUC, which does the installing: its D-Bus interface, an installation with time limits of our own, and its errors in plain words.

mod bus;
mod install;
mod problem;
mod source;

pub use bus::{Dictionary, InstallerProxy, RaucError, inspect, manifest_of};
pub use install::{Limits, inspect_in_time, install};
pub use problem::Problem;
pub use source::Source;
