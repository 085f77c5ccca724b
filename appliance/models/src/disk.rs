//! Room on the disk: looked at beforehand, and recognised when it runs out nevertheless.

use std::io;
use std::path::Path;

use crate::error::AttemptError;

/// Kept free beside what is fetched, so that a log or a setting can still be written afterwards.
pub(crate) const SPARE_BYTES: u64 = 16 << 20;

/// Bytes that this user may still write where `folder` is; `None` where the system does not tell.
pub(crate) fn free_bytes(folder: &Path) -> Option<u64> {
    let stat = nix::sys::statvfs::statvfs(folder).ok()?;
    // The fields' widths differ between platforms.
    #[allow(clippy::useless_conversion)]
    let (blocks, block_bytes) = (u64::from(stat.blocks_available()), u64::from(stat.fragment_size()));
    Some(blocks.saturating_mul(block_bytes))
}

/// Whether writing failed for want of room: a full disk, an exhausted quota, or a limit on the size of files.
pub(crate) fn is_full(error: &AttemptError) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error, AttemptError::Io { source, .. } if matches!(source.kind(), StorageFull | QuotaExceeded | FileTooLarge))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_on_a_disk_is_known() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free_bytes(folder.path()).is_some_and(|bytes| bytes > 1 << 20));
        assert_eq!(free_bytes(&folder.path().join("none")), None);
    }
}
