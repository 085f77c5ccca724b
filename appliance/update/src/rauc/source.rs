//! Where a bundle comes from.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::sys::stat;

/// Where a bundle comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleSource {
    /// A file on the device or on a stick.
    File(PathBuf),
    /// An address; only the parts that the device lacks are downloaded.
    Http(String),
}

impl BundleSource {
    /// Reads what an owner typed.
    pub fn of(text: &str) -> Self {
        if text.starts_with("http://") || text.starts_with("https://") {
            Self::Http(text.into())
        } else {
            Self::File(std::fs::canonicalize(text).unwrap_or_else(|_| text.into()))
        }
    }

    /// As RAUC wants it.
    pub fn for_rauc(&self) -> String {
        match self {
            Self::File(path) => path.to_string_lossy().into_owned(),
            Self::Http(address) => address.clone(),
        }
    }

    /// Whether it was a file that is not there any more, or whose stick is not.
    pub(super) fn is_gone(&self) -> bool {
        match self {
            Self::File(path) => path.metadata().map_or(true, |file| is_pulled(file.dev(), Path::new("/sys/dev/block"))),
            Self::Http(_) => false,
        }
    }
}

/// Whether the kernel has lost a file's disk: a stick stays mounted for a moment after it was pulled, and reading it is
/// an error like that of a damaged file. `disks` is the kernel's list; file systems without a disk have devices of
/// major number 0.
fn is_pulled(device: u64, disks: &Path) -> bool {
    let (major, minor) = (stat::major(device), stat::minor(device));
    major != 0 && disks.is_dir() && !disks.join(format!("{major}:{minor}")).exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stick_is_pulled_when_the_kernel_has_no_disk_for_its_files() {
        let disks = tempfile::tempdir().unwrap();
        std::fs::create_dir(disks.path().join("8:1")).unwrap();
        assert!(!is_pulled(stat::makedev(8, 1), disks.path()));
        assert!(is_pulled(stat::makedev(8, 17), disks.path()));
        assert!(!is_pulled(stat::makedev(0, 40), disks.path()), "it needs no disk");
        assert!(!is_pulled(stat::makedev(8, 17), &disks.path().join("none")), "nobody knows");
    }

    #[test]
    fn a_file_is_gone_and_an_address_is_not() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(!BundleSource::File(file.path().into()).is_gone());
        assert!(BundleSource::File("/run/parley-stick/parley.raucb".into()).is_gone());
        assert!(!BundleSource::of("https://updates.example/parley.raucb").is_gone());
    }
}
