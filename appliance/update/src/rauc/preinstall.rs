//! RAUC's pre-install handler: the last look before the first byte is written, whoever started the installation.
//!
//! The updater asks the same questions before, and tells the owner; this handler also stops an installation that
//! another program started, such as hawkBit's client.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Error, Result};
use semver::Version;
use serde::{Deserialize, Serialize};
use walkdir::WalkDir;

use crate::device;
use crate::files;
use crate::policy::admission;
use crate::policy::manifest::BundleManifest;
use crate::system::System;

/// Where the handler leaves its reason for the updater; RAUC only passes on that it failed.
pub const REASON: &str = "/run/parley-update/refused";

/// Set by the updater for an owner who wants a blocked version once more.
const AGAIN: &str = "/run/parley-update/again.json";

/// So long after it was said, the owner's word holds: RAUC begins at once.
const AGAIN_HOLDS_S: u64 = 600;

/// An owner wants this version once more, and no other.
#[derive(Debug, Serialize, Deserialize)]
struct Again {
    version: Version,
    /// Until then, since the start.
    until_s: u64,
}

/// Lets the handler admit a blocked version, once and soon.
///
/// # Errors
/// `/run` cannot be written.
pub fn allow_again(system: &System, version: &Version) -> io::Result<()> {
    let until_s = system.since_start().as_secs() + AGAIN_HOLDS_S;
    files::replace_json(&system.path(AGAIN), &Again { version: version.clone(), until_s })
}

/// The owner's word is used up, or not needed any more.
pub fn forget_again(system: &System) {
    fs::remove_file(system.path(AGAIN)).ok();
}

fn is_allowed_again(system: &System, version: Option<&Version>) -> bool {
    let again = files::read_json::<Again>(&system.path(AGAIN));
    let holds = again.filter(|again| system.since_start().as_secs() <= again.until_s);
    holds.is_some_and(|again| Some(&again.version) == version)
}

/// Runs as RAUC calls it: with the bundle mounted and its place in the environment.
///
/// # Errors
/// The bundle is refused or damaged.
pub fn handler(system: &System) -> Result<()> {
    let mount = std::env::var_os("RAUC_BUNDLE_MOUNT_POINT").or_else(|| std::env::var_os("RAUC_UPDATE_SOURCE"));
    let mount = PathBuf::from(mount.context("RAUC did not say where the bundle is mounted")?);
    fs::remove_file(system.path(REASON)).ok();
    match admitted(system, &mount) {
        Ok(version) => Ok(system.state().keep_candidate(&version)?),
        Err(error) => {
            files::replace(&system.path(REASON), format!("{error:#}").as_bytes()).ok();
            Err(error)
        }
    }
}

fn admitted(system: &System, mount: &Path) -> Result<Version> {
    let text = fs::read_to_string(mount.join("manifest.raucm")).context("the update file has no manifest")?;
    let manifest = sized(BundleManifest::parse(&text), mount)?;
    let again = is_allowed_again(system, manifest.version().as_ref());
    let version = admission::admit(&manifest, &device::describe(system)?, &system.state().blocks(), again);
    let version = version.map_err(Error::msg)?;
    if again {
        forget_again(system);
    }
    if is_local(mount) {
        read_whole(mount).context("the update file is damaged; copy or download it again")?;
    }
    Ok(version)
}

/// With the sizes of the images as they lie in the bundle: what will be written, whatever the manifest says.
fn sized(mut manifest: BundleManifest, mount: &Path) -> Result<BundleManifest> {
    for (class, name) in std::mem::take(&mut manifest.files) {
        let file = fs::metadata(mount.join(&name)).with_context(|| format!("the update file has no {name}"))?;
        manifest.add_image(&class, file.len());
    }
    Ok(manifest)
}

/// Reads every file of the bundle, and says how many bytes those are: dm-verity reports the first damaged block.
fn read_whole(folder: &Path) -> io::Result<u64> {
    WalkDir::new(folder).into_iter().try_fold(0, |bytes, entry| {
        let entry = entry?;
        let read = |path| io::copy(&mut File::open(path)?, &mut io::sink());
        Ok(if entry.file_type().is_file() { bytes + read(entry.path())? } else { bytes })
    })
}

/// Whether the bundle lies on this device; reading a streamed one to its end would download what an adaptive update
/// spares.
fn is_local(mount: &Path) -> bool {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let Some(device) = device_of(&mounts, mount) else { return true };
    let below = fs::read_dir(format!("/sys/dev/block/{device}/slaves"));
    let streamed = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("nbd");
    !below.is_ok_and(|mut entries| entries.any(|entry| entry.is_ok_and(|entry| streamed(&entry.file_name()))))
}

/// The number of the device that is mounted there.
fn device_of(mounts: &str, mount: &Path) -> Option<String> {
    let mut fields = mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>());
    let found = fields.rfind(|fields| fields.get(4).is_some_and(|place| Path::new(place) == mount))?;
    found.get(2).map(|number| (*number).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owners_word_is_about_one_version_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let system = System::below(folder.path());
        let runs_for = |seconds: u64| {
            files::replace(&system.path("/proc/uptime"), format!("{seconds}.5 0.0").as_bytes()).unwrap();
        };
        let (wanted, other) = (Version::new(1, 4, 0), Version::new(1, 5, 0));
        assert!(!is_allowed_again(&system, None));
        runs_for(100);
        allow_again(&system, &wanted).unwrap();
        assert!(is_allowed_again(&system, Some(&wanted)));
        assert!(!is_allowed_again(&system, Some(&other)) && !is_allowed_again(&system, None));
        runs_for(700);
        assert!(is_allowed_again(&system, Some(&wanted)));
        runs_for(701);
        assert!(!is_allowed_again(&system, Some(&wanted)), "whoever said it was killed");
    }

    #[test]
    fn the_last_mount_of_a_place_is_the_one_that_is_seen() {
        let mounts = "22 1 254:3 / /run/rauc/bundle ro - squashfs /dev/dm-3 ro\n23 1 254:4 / /run/rauc/bundle ro - squashfs x ro\n";
        assert_eq!(device_of(mounts, Path::new("/run/rauc/bundle")), Some("254:4".into()));
        assert_eq!(device_of(mounts, Path::new("/run")), None);
    }

    #[test]
    fn the_sizes_are_those_of_the_files_and_not_of_the_manifest() {
        let folder = tempfile::tempdir().unwrap();
        let text = "[image.rootfs]\nfilename=root.img\nsize=1\n[image.rootfs.small]\nfilename=more/hash-index\n";
        let manifest = BundleManifest::parse(text);
        assert!(sized(manifest.clone(), folder.path()).is_err(), "an image is missing");
        fs::write(folder.path().join("root.img"), [0; 300]).unwrap();
        fs::create_dir(folder.path().join("more")).unwrap();
        fs::write(folder.path().join("more/hash-index"), [0; 20]).unwrap();
        assert_eq!(sized(manifest, folder.path()).unwrap().images["rootfs"], 300, "the largest counts");
        assert_eq!(read_whole(folder.path()).unwrap(), 320);
    }
}
