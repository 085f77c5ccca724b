//! The same inputs make the same bytes: everything that is made here bears the same time.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use xtask::process;

/// Seconds since 1970. OpenEmbedded's own choice for what it makes.
pub const TIME: &str = "1520598896";

/// A program that makes images, told by its environment to take that time for now, and to sort and count as everywhere.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    // The second is for e2fsprogs, which learnt the first only in 1.47.1.
    command.env("SOURCE_DATE_EPOCH", TIME).env("E2FSPROGS_FAKE_TIME", TIME).env("TZ", "UTC").env("LC_ALL", "C");
    command
}

/// Gives that time to a file, or to a folder and everything in it.
pub fn touch(path: &Path) -> Result<()> {
    let mut find = Command::new("find");
    let date = format!("--date=@{TIME}");
    process::run(find.arg(path).args(["-exec", "touch", "--no-dereference", &date, "{}", "+"]))
}

/// Whether two files hold the same bytes; of bundles, their squashfs alone: the hash tree behind it has a random salt, and every signature is
/// another. Where they differ is printed.
pub fn is_same(one: &Path, other: &Path) -> Result<bool> {
    let mut head = Vec::new();
    let file = File::open(one).with_context(|| format!("cannot read {}", one.display()))?;
    file.take(48).read_to_end(&mut head)?;
    let mut cmp = Command::new("cmp");
    if let Some(used) = head.strip_prefix(b"hsqs").and_then(|rest| rest.get(36..44)?.try_into().ok()) {
        cmp.arg(format!("--bytes={}", u64::from_le_bytes(used)));
    }
    Ok(cmp.arg(one).arg(other).status().context("cannot start cmp")?.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_bundle_only_the_squashfs_counts() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("written");
            path
        };
        let bundle = |payload: &[u8], signature: &[u8]| {
            let length = 96 + payload.len() as u64;
            [&b"hsqs"[..], &[0; 36], &length.to_le_bytes(), &[0; 48], payload, signature].concat()
        };
        let one = file("one", &bundle(b"root", b"signed"));
        assert!(is_same(&one, &file("again", &bundle(b"root", b"otherwise"))).expect("compared"));
        assert!(!is_same(&one, &file("changed", &bundle(b"boot", b"signed"))).expect("compared"));
        let plain = file("plain", b"a disk, signed");
        assert!(is_same(&plain, &file("plain again", b"a disk, signed")).expect("compared"));
        assert!(!is_same(&plain, &file("longer", b"a disk, signed!")).expect("compared"));
        assert!(!is_same(&file("short", b"hsqs"), &file("shorter", b"hsq")).expect("compared"));
    }
}
