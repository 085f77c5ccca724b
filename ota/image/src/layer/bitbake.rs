//! What bitbake and the tools around it say, with the other layers at hand.
//!
//! bitbake refuses root, so root runs it as `nobody`; everything it writes lies outside of the clone.

pub mod appliance;
pub mod bundle;
pub mod choices;
mod clone;
pub mod conformance;
pub mod fleet;
pub mod lint;
pub mod mirror;
pub mod packages;
pub mod recipes;
mod run;
pub mod upstream;
pub mod whole;

pub use run::Build;

/// The layers that are needed: repository, and the folder of the layer in it.
pub const LAYERS: &[(&str, &str)] =
    &[("openembedded-core", "meta"), ("meta-openembedded", "meta-oe"), ("meta-raspberrypi", ""), ("meta-rauc", "")];
