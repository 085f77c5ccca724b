//! What an owner can set about updates, in the table `[updates]` of `parley.toml`.

use serde::{Deserialize, Serialize};

use crate::hours::Hours;

/// Updates of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Updates {
    /// What happens when a stick with an update is plugged in: "ask", "install" or "ignore".
    pub stick: OnStick,
    /// When the device restarts into an update that is installed: "asked" or "quiet".
    pub restart: OnInstalled,
    /// The hours in which it restarts by itself, by the device's time zone: "any", or two times of day.
    pub hours: Hours,
}

/// What happens when a stick with an update is plugged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnStick {
    /// Somebody has to say yes.
    #[default]
    Ask,
    /// It is installed, and the device restarts.
    Install,
    /// Nothing.
    Ignore,
}

/// When the device restarts into an update that is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnInstalled {
    /// Somebody has to say so. A trial that a power cut interrupted is tried again when nobody talks.
    #[default]
    Asked,
    /// When nobody talks: for fleets.
    Quiet,
}
