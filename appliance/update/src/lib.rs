//! Updates that cannot brick.
//!
//! What decides is pure: [`autoboot`], [`state`], [`starts`], [`manifest`] and [`policy`]. What acts is beside it: [`card`], [`complete`],
//! [`backend`] and the program [`tryboot`] for the boot chain.

pub mod autoboot;
pub mod backend;
pub mod card;
pub mod complete;
pub mod data;
pub mod device;
pub mod events;
pub mod fat;
pub mod files;
pub mod layout;
pub mod manifest;
pub mod measure;
pub mod policy;
pub mod preinstall;
pub mod rauc;
pub mod requests;
pub mod slot;
pub mod starts;
pub mod state;
pub mod system;
pub mod tryboot;
pub mod updater;

/// The bus on which RAUC answers. Its calls may take as long as a signature on a slow server.
///
/// # Errors
/// There is no system bus.
pub async fn system_bus() -> zbus::Result<zbus::Connection> {
    zbus::Connection::system().await
}
