//! One installation from beginning to end.
//!
//! Rules: nothing is written before the bundle was inspected and admitted (and should the file have changed in between,
//! the pre-install handler judges what is really installed); RAUC says nothing when a stick is pulled or a server falls
//! silent, so every wait here has a limit.

use std::cell::Cell;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use semver::Version;
use tokio::time::{Instant, timeout};

use super::bus::{InstallerProxy, manifest_of};
use super::problem::Problem;
use super::source::BundleSource;
use crate::policy::manifest::BundleManifest;
use crate::records::events::UpdateEvent;

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct TimeLimits {
    /// For the signature and the manifest: a few kilobytes, but a slow server.
    pub inspect: Duration,
    /// Without any progress; the slowest step is the largest image on the slowest card.
    pub stall: Duration,
    /// How often is looked whether the stick is still there.
    pub look: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self { inspect: Duration::from_secs(60), stall: Duration::from_secs(600), look: Duration::from_secs(1) }
    }
}

/// Whether RAUC works on an installation of ours.
#[derive(Debug, Default)]
pub struct Begun(Cell<bool>);

impl Begun {
    /// RAUC was told to install, and has neither refused nor ended.
    pub fn is_under_way(&self) -> bool {
        self.0.get()
    }
}

/// Installs a bundle that `admit` lets through. `reason` is where the pre-install handler says why it refuses one;
/// `begun` says whether there is something to end, should this future be dropped or fail.
///
/// # Errors
/// Everything that can be wrong with a bundle, its source, or RAUC. Whatever it is, the running slot was not touched.
pub async fn install(
    rauc: &InstallerProxy<'_>,
    source: &BundleSource,
    limits: TimeLimits,
    reason: &Path,
    begun: &Begun,
    admit: impl FnOnce(&BundleManifest) -> Result<Version, Problem>,
    mut tell: impl FnMut(&UpdateEvent),
) -> Result<Version, Problem> {
    if rauc.operation().await? != "idle" {
        return Err(Problem::Busy);
    }
    tell(&UpdateEvent::Inspecting);
    let address = source.for_rauc();
    let manifest = inspect(rauc, &address, limits).await?;
    let version = admit(&manifest)?;
    tell(&UpdateEvent::Admitted { version: version.clone() });

    // What an earlier installation was refused for says nothing about this one.
    std::fs::remove_file(reason).ok();
    // Before the call: an installation can end before its answer is read.
    let mut completed = rauc.receive_completed().await?;
    let mut progress = rauc.receive_progress_changed().await;
    // Whoever gives this up while RAUC has not answered does not know whether it has begun.
    begun.0.set(true);
    let answer = timeout(limits.inspect, rauc.install_bundle(&address, HashMap::new())).await;
    let answer = answer.map_err(|_| Problem::Stalled)?;
    begun.0.set(answer.is_ok());
    answer?;
    let mut look = tokio::time::interval(limits.look);
    let mut moved = Instant::now();
    loop {
        tokio::select! {
            Some(signal) = completed.next() => {
                begun.0.set(false);
                let result = *signal.args()?.result();
                if result == 0 {
                    tell(&UpdateEvent::Installed { version: version.clone() });
                    return Ok(version);
                }
                return Err(why(rauc, source, reason).await);
            }
            Some(change) = progress.next() => {
                let (percent, doing, _) = change.get().await?;
                moved = Instant::now();
                tell(&UpdateEvent::Progress { percent, doing });
            }
            _ = look.tick() => {
                if source.is_gone() {
                    return Err(Problem::StickPulled);
                }
                if moved.elapsed() > limits.stall {
                    return Err(Problem::Stalled);
                }
            }
        }
    }
}

/// Verifies a bundle's signature and reads what it says about itself, within the limit for that.
///
/// # Errors
/// It is not signed by anyone whom this device trusts, cannot be read in time, or RAUC does not answer.
pub async fn inspect(rauc: &InstallerProxy<'_>, address: &str, limits: TimeLimits) -> Result<BundleManifest, Problem> {
    let info = timeout(limits.inspect, rauc.inspect_bundle(address, HashMap::new())).await;
    Ok(manifest_of(&info.map_err(|_| Problem::Stalled)??))
}

/// Why the installation failed: the handler's own reason, or RAUC's.
async fn why(rauc: &InstallerProxy<'_>, source: &BundleSource, reason: &Path) -> Problem {
    if source.is_gone() {
        return Problem::StickPulled;
    }
    if let Ok(reason) = std::fs::read_to_string(reason) {
        return Problem::Refused(reason);
    }
    Problem::of(&rauc.last_error().await.unwrap_or_default())
}
