//! RAUC's interface on the system bus.

use std::collections::HashMap;

use zbus::zvariant::{OwnedValue, Value};

use super::Problem;
use crate::policy::manifest::{BundleManifest, META};

/// A dictionary of D-Bus.
type Dictionary = HashMap<String, OwnedValue>;

/// What RAUC can do.
#[zbus::proxy(
    interface = "de.pengutronix.rauc.Installer",
    default_service = "de.pengutronix.rauc",
    default_path = "/",
    gen_blocking = false
)]
pub trait Installer {
    /// Begins an installation; [`InstallerProxy::receive_completed`] tells how it ends.
    fn install_bundle(&self, source: &str, args: HashMap<&str, Value<'_>>) -> zbus::Result<()>;

    /// Verifies a bundle's signature and says what is in it.
    fn inspect_bundle(&self, source: &str, args: HashMap<&str, Value<'_>>) -> zbus::Result<Dictionary>;

    /// "idle" or "installing".
    #[zbus(property)]
    fn operation(&self) -> zbus::Result<String>;

    /// Why the last installation failed.
    #[zbus(property)]
    fn last_error(&self) -> zbus::Result<String>;

    /// Percent, what is being done, and how deep that is nested.
    #[zbus(property)]
    fn progress(&self) -> zbus::Result<(i32, String, i32)>;

    /// An installation has ended; 0 is success.
    #[zbus(signal)]
    fn completed(&self, result: i32) -> zbus::Result<()>;
}

impl From<zbus::Error> for Problem {
    fn from(error: zbus::Error) -> Self {
        // RAUC reports its own errors by D-Bus names of GLib; everything else is the bus.
        if let zbus::Error::MethodError(name, Some(message), _) = &error
            && name.starts_with("org.gtk.GDBus.UnmappedGError")
        {
            return Self::of(message);
        }
        Self::Bus(error.to_string())
    }
}

/// The manifest in what RAUC says of a bundle.
pub(super) fn manifest_of(info: &Dictionary) -> BundleManifest {
    let section = |name: &str| info.get(name).map(|value| plain(value));
    let update = |key| section("update").and_then(|update| entry(update, key)).and_then(text).unwrap_or_default();
    let ours = section("meta").and_then(|meta| entry(meta, META));
    let mut manifest = BundleManifest {
        compatible: update("compatible").to_owned(),
        version_text: update("version").to_owned(),
        ..BundleManifest::default()
    };
    if let Some(Value::Dict(ours)) = ours {
        for (key, value) in ours.iter() {
            if let (Some(key), Some(value)) = (text(plain(key)), text(plain(value))) {
                manifest.take_ours(key, value);
            }
        }
    }
    let Some(Value::Array(images)) = section("images") else { return manifest };
    for image in images.iter().map(plain) {
        if let (Some(class), Some(Value::U64(size))) = (entry(image, "slot-class").and_then(text), entry(image, "size"))
        {
            manifest.add_image(class, *size);
        }
    }
    manifest
}

/// A value without the variants around it: RAUC puts one more around its dictionaries than their type needs.
fn plain<'a>(mut value: &'a Value<'a>) -> &'a Value<'a> {
    while let Value::Value(inner) = value {
        value = inner;
    }
    value
}

/// What a dictionary holds under a key.
fn entry<'a>(dictionary: &'a Value<'a>, key: &str) -> Option<&'a Value<'a>> {
    let Value::Dict(entries) = dictionary else { return None };
    let (_, value) = entries.iter().find(|(name, _)| text(name) == Some(key))?;
    Some(plain(value))
}

fn text<'a>(value: &'a Value<'a>) -> Option<&'a str> {
    if let Value::Str(text) = value { Some(text.as_str()) } else { None }
}
