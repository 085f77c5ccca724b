//! `ota/initramfs/contents`: what the first archive holds. The recipe and the virtual device make it from this list.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// The list, by its path in the clone.
pub const FILE: &str = "ota/initramfs/contents";
/// Where busybox lies in the archive.
pub const BUSYBOX: &str = "/usr/bin/busybox";
/// The only folder in which `init` looks for programs.
pub const TOOLS: &str = "/tools/";

#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    Folder,
    /// A file of the list's own folder.
    File(String),
    /// A link with its target.
    Link(String),
}

/// The list, in its order.
pub struct Contents(Vec<(String, Entry)>);

impl Contents {
    pub fn parse(text: &str) -> Result<Self> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let entry = |line: &str| {
            let words: Vec<_> = line.split_whitespace().collect();
            Ok(match words.as_slice() {
                ["folder", path] => ((*path).to_owned(), Entry::Folder),
                ["file", path, name] => ((*path).to_owned(), Entry::File((*name).to_owned())),
                ["link", path, target] => ((*path).to_owned(), Entry::Link((*target).to_owned())),
                _ => bail!("{FILE}: {line:?} is no folder, file or link"),
            })
        };
        Ok(Self(lines.map(entry).collect::<Result<_>>()?))
    }

    /// What `init` finds under a name in its one folder.
    pub fn tool(&self, name: &str) -> Option<&str> {
        self.links().find_map(|(path, target)| (path.strip_prefix(TOOLS) == Some(name)).then_some(target))
    }

    /// The applets of busybox that it has.
    pub fn applets(&self) -> impl Iterator<Item = &str> {
        self.links().filter(|(_, target)| *target == BUSYBOX).filter_map(|(path, _)| path.strip_prefix(TOOLS))
    }

    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(path, _)| path.as_str())
    }

    pub fn has_folder(&self, folder: &str) -> bool {
        self.0.iter().any(|(path, entry)| path == folder && *entry == Entry::Folder)
    }

    fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().filter_map(|(path, entry)| match entry {
            Entry::Link(target) => Some((path.as_str(), target.as_str())),
            Entry::Folder | Entry::File(_) => None,
        })
    }

    /// Makes all of it in a folder; files come from another one.
    pub fn make(&self, from: &Path, to: &Path) -> Result<()> {
        for (path, entry) in &self.0 {
            let place = to.join(path.trim_start_matches('/'));
            match entry {
                Entry::Folder => fs::create_dir_all(&place),
                Entry::File(name) => fs::copy(from.join(name), &place).map(|_| ()),
                Entry::Link(target) => symlink(target, &place),
            }
            .with_context(|| format!("cannot make {path} of {FILE}"))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_another_kind_is_refused() {
        assert!(Contents::parse("# why\nfolder /proc\n").is_ok_and(|contents| contents.has_folder("/proc")));
        for line in ["folder", "folder /a b", "link /a", "device /dev/null c 1 3", ""] {
            assert!(Contents::parse(&format!("{line}\n")).is_err(), "{line}");
        }
    }
}
