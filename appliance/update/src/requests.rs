//! What voice, dashboard and buttons may ask of updates.
//!
//! They run in the daemon, which is no administrator and can neither mount, write a slot nor restart the device. It leaves a request as a
//! file; a path unit then runs `parley update asked`, which takes it up. One request waits at a time: a second one replaces the first.
//!
//! Rules: a request is one of a closed list; it never brings more power than its words: what is installed is judged as ever.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use nix::fcntl::OFlag;
use serde::{Deserialize, Serialize};

use crate::files;

/// Where a request waits, in the daemon's own folder.
pub const FILE: &str = "/run/parley/asked.json";

/// No request is longer.
const LONGEST_BYTES: u64 = 4096;

/// Everything that can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Request {
    /// Yes to the update that a stick offers: install it and restart into it.
    InstallOffered,
    /// No to it.
    ForgetOffer,
    /// Install from a file or an address, and try it when nobody talks.
    Install {
        /// A file or an http(s) address.
        source: String,
    },
    /// Restart into what is installed.
    Restart,
    /// Go back to the version before.
    Rollback,
}

/// Leaves a request.
///
/// # Errors
/// The daemon's folder cannot be written: this is no device.
pub fn leave(request: &Request) -> io::Result<()> {
    files::replace_json(Path::new(FILE), request)
}

/// Takes up the request that waits; it is gone afterwards, whatever comes of it.
///
/// # Errors
/// There is none, or it makes no sense.
pub fn take_up() -> io::Result<Request> {
    take_up_from(Path::new(FILE))
}

fn take_up_from(file: &Path) -> io::Result<Request> {
    // The folder belongs to the daemon: a link in it must not make an administrator read anything else.
    let opened = File::options().read(true).custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits()).open(file);
    let mut text = Vec::new();
    let read = opened.and_then(|opened| opened.take(LONGEST_BYTES).read_to_end(&mut text));
    fs::remove_file(file)?;
    read?;
    serde_json::from_slice(&text).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "nobody can ask for that"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> io::Result<Request> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("asked.json");
        fs::write(&file, text).expect("it can be written");
        let request = take_up_from(&file);
        assert!(!file.exists(), "a request that stays is asked again and again");
        request
    }

    #[test]
    fn every_request_can_be_left_and_taken_up() {
        let install = Request::Install { source: "https://updates.example/parley.raucb".into() };
        for request in [Request::InstallOffered, Request::ForgetOffer, install, Request::Restart, Request::Rollback] {
            let text = serde_json::to_string(&request).expect("it can be written");
            assert_eq!(check(&text).expect("it makes sense"), request);
        }
    }

    #[test]
    fn what_is_no_request_is_refused_and_gone() {
        let strange = r#"{"ask": "install", "source": "x", "unsigned": true}"#;
        for text in [r#"{"ask": "erase"}"#, r#"{"ask": "install"}"#, strange, "", "{", &"x".repeat(10_000)] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_link_is_not_followed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (secret, file) = (folder.path().join("secret"), folder.path().join("asked.json"));
        fs::write(&secret, r#"{"ask": "restart"}"#).expect("it can be written");
        std::os::unix::fs::symlink(&secret, &file).expect("it can be linked");
        assert!(take_up_from(&file).is_err());
        assert!(secret.exists() && !file.exists());
    }
}
