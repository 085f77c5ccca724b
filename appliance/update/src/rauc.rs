//! RAUC, which does the installing: its D-Bus interface, an installation with time limits of our own, its handler, and
//! its errors in plain words.

#[cfg(feature = "flow")]
mod bus;
#[cfg(feature = "flow")]
mod install;
pub mod preinstall;
mod problem;
#[cfg(feature = "flow")]
mod source;

#[cfg(feature = "flow")]
pub use bus::InstallerProxy;
#[cfg(feature = "flow")]
pub use install::{Begun, TimeLimits, inspect, install};
pub use problem::Problem;
#[cfg(feature = "flow")]
pub use source::BundleSource;
