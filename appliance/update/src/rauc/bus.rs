//! RAUC's interface on the system bus.

use std::collections::HashMap;

use zbus::zvariant::{OwnedValue, Value};

use super::Problem;
use crate::manifest::{ALLOW_DOWNGRADE, META, Manifest};

/// A dictionary of D-Bus.
pub(super) type Dictionary = HashMap<String, OwnedValue>;

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

    /// Marks a slot "good", "bad" or "active"; the slot is "booted", "other" or a name.
    fn mark(&self, state: &str, slot_identifier: &str) -> zbus::Result<(String, String)>;

    /// The state of every slot.
    fn get_slot_status(&self) -> zbus::Result<Vec<(String, Dictionary)>>;

    /// "idle" or "installing".
    #[zbus(property)]
    fn operation(&self) -> zbus::Result<String>;

    /// Why the last installation failed.
    #[zbus(property)]
    fn last_error(&self) -> zbus::Result<String>;

    /// Percent, what is being done, and how deep that is nested.
    #[zbus(property)]
    fn progress(&self) -> zbus::Result<(i32, String, i32)>;

    /// The kind of device.
    #[zbus(property)]
    fn compatible(&self) -> zbus::Result<String>;

    /// An installation has ended; 0 is success.
    #[zbus(signal)]
    fn completed(&self, result: i32) -> zbus::Result<()>;
}

/// Why RAUC did not do something.
#[derive(Debug, thiserror::Error)]
pub enum RaucError {
    /// It could not be asked.
    #[error("the update service does not answer ({0}); is rauc.service running, and may this user use it?")]
    Bus(zbus::Error),
    /// It was asked and said no.
    #[error(transparent)]
    Problem(#[from] Problem),
}

impl From<zbus::Error> for RaucError {
    fn from(error: zbus::Error) -> RaucError {
        match error {
            // RAUC reports its own errors by D-Bus names of GLib; everything else is the bus.
            zbus::Error::MethodError(name, Some(message), _) if name.starts_with("org.gtk.GDBus.UnmappedGError") => {
                RaucError::Problem(Problem::of(&message))
            }
            other => RaucError::Bus(other),
        }
    }
}

/// Verifies a bundle and reads what it says about itself, with the hash that ties an installation to what was read.
///
/// # Errors
/// It is not signed by anyone whom this device trusts, cannot be read, or RAUC does not answer.
pub async fn inspect(rauc: &InstallerProxy<'_>, source: &str) -> Result<(Manifest, Option<String>), RaucError> {
    let info = rauc.inspect_bundle(source, HashMap::new()).await?;
    let hash = text(&info, "manifest-hash");
    Ok((manifest_of(&info), hash))
}

/// The manifest in what RAUC says of a bundle.
#[must_use]
pub fn manifest_of(info: &Dictionary) -> Manifest {
    let update = dictionary(info, "update").unwrap_or_default();
    let ours = dictionary(info, "meta").and_then(|meta| dictionary(&meta, META)).unwrap_or_default();
    let mut manifest = Manifest {
        compatible: text(&update, "compatible").unwrap_or_default(),
        version_text: text(&update, "version").unwrap_or_default(),
        allow_downgrade: text(&ours, ALLOW_DOWNGRADE).as_deref() == Some("true"),
        ..Manifest::default()
    };
    for image in dictionaries(info, "images") {
        let size = image.get("size").and_then(|size| u64::try_from(size).ok());
        if let (Some(class), Some(size)) = (text(&image, "slot-class"), size) {
            let largest = manifest.images.entry(class).or_default();
            *largest = size.max(*largest);
        }
    }
    manifest
}

/// A text in a dictionary.
pub(super) fn text(values: &Dictionary, key: &str) -> Option<String> {
    values.get(key)?.downcast_ref::<&str>().ok().map(str::to_owned)
}

fn dictionary(values: &Dictionary, key: &str) -> Option<Dictionary> {
    values.get(key)?.try_clone().ok()?.try_into().ok()
}

fn dictionaries(values: &Dictionary, key: &str) -> Vec<Dictionary> {
    let list = values.get(key).and_then(|value| value.try_clone().ok());
    list.and_then(|list| Vec::<Dictionary>::try_from(list).ok()).unwrap_or_default()
}
