//! Running out of room while writing: a process of its own, in which the system allows no file beyond 200 KiB.
//!
//! A limit on the size of files fails a write in the same way as a full disk does, and needs neither privileges nor a
//! file system of its own.

use std::process::Command;

use super::server::Answer;
use super::web::{BYTES, Place};
use crate::error::FetchError;
use crate::store::FileState;

const INSIDE: &str = "PARLEY_TEST_FILE_LIMIT";

#[test]
fn a_full_disk_leaves_nothing_behind_and_says_how_much_is_needed() {
    if std::env::var_os(INSIDE).is_some() {
        return limited();
    }
    // 400 blocks of 512 bytes in a POSIX shell; at most 400 KiB where the shell counts in 1024.
    let script = "ulimit -f 400 && trap '' XFSZ && exec \"$0\" --exact \"$1\" --nocapture";
    let name = "store::tests::full_disk::a_full_disk_leaves_nothing_behind_and_says_how_much_is_needed";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(INSIDE, "1")
        // What a coverage run would write at the end would be cut off by the limit, too, and nobody could read it.
        .env("LLVM_PROFILE_FILE", "/dev/null")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn limited() {
    let place = Place::new(BYTES, vec![Answer::Whole]);
    let error = place.ensure().unwrap_err();
    assert!(matches!(&error, FetchError::DiskFull { needed_bytes, .. } if *needed_bytes >= BYTES as u64), "{error}");
    assert!(error.to_string().contains("Free some room"), "{error}");
    assert_eq!(place.store.look(&place.file), FileState::Missing);
    assert!(!place.part().exists());
}
