//! Where a file or a piece of it can be had, written as one line of text.
//!
//! ```text
//! https://example.org/some/model.bin                    a file on the web
//! pypi:name==1.0.0#path/in/the/wheel.bin                a member of a wheel that suits every machine
//! pypi:name==1.0.0@cp311-manylinux_2_28_x86_64#lib.so   a member of a wheel for one Python and one platform
//! npm:name@1.0.0#package/path.wav                       a member of an npm package
//! deb:name#usr/share/path.wav                           a member of the Debian package that apt would install
//! deb:name=1.0-2#usr/share/path.wav                     the same of one version
//! ```
//!
//! Rules: every part is checked when it is read, so that nothing in it can be taken for an option of the client that
//! it is handed to. A member is only ever compared with the names in an archive. Plain `http://` is for `127.0.0.1`.

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;

use crate::manifest::ManifestError;

/// The longest source line.
const MAX_SOURCE_BYTES: usize = 1024;

/// A place that has a file or a piece of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum FileSource {
    /// A file on the web: an `https://` address, or `http://127.0.0.1…`.
    Web(String),
    /// A file within a package of a registry, by its whole name there; in a Debian package without the leading `./`.
    Member(Package, String),
}

/// A package of a registry; the user's own client decides from which mirror it comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    pub(crate) registry: Registry,
    /// Name and version, as the registry's client takes them.
    pub(crate) wanted: String,
    /// Which of a PyPI project's wheels; `None` takes the one for every machine.
    pub(crate) wheel: Option<WheelTag>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Registry {
    /// Python wheels, fetched by `pip`.
    PyPi,
    /// Fetched by `npm`.
    Npm,
    /// Fetched by `apt-get`.
    Deb,
}

/// Which of a project's wheels: `cp311-manylinux_2_28_x86_64`. The Python of the machine has no say in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WheelTag {
    /// Digits of the interpreter's version: `311`.
    pub(crate) python: String,
    pub(crate) platform: String,
}

impl FileSource {
    pub(crate) fn package(&self) -> Option<&Package> {
        match self {
            Self::Web(_) => None,
            Self::Member(package, _) => Some(package),
        }
    }
}

impl FromStr for FileSource {
    type Err = ManifestError;

    fn from_str(text: &str) -> Result<Self, ManifestError> {
        let source = if text.starts_with("http") { web(text) } else { member(text) };
        source.filter(|_| text.len() <= MAX_SOURCE_BYTES).ok_or_else(|| {
            let shown: String = text.chars().take(200).collect();
            ManifestError(format!(
                "`{shown}` is not a source: write https://…, pypi:name==version#member, npm:name@version#member or \
                 deb:name#member"
            ))
        })
    }
}

impl TryFrom<String> for FileSource {
    type Error = ManifestError;

    fn try_from(text: String) -> Result<Self, ManifestError> {
        text.parse()
    }
}

fn web(text: &str) -> Option<FileSource> {
    let (scheme, rest) = text.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    let may_be_plain = host == "127.0.0.1" || host.starts_with("127.0.0.1:");
    let is_address = !host.is_empty() && !host.contains('@') && text.bytes().all(|byte| byte.is_ascii_graphic());
    let is_allowed = scheme == "https" || (scheme == "http" && may_be_plain);
    (is_address && is_allowed).then(|| FileSource::Web(text.to_owned()))
}

fn member(text: &str) -> Option<FileSource> {
    let (registry, rest) = text.split_once(':')?;
    let (package, member) = rest.split_once('#')?;
    let package = match registry {
        "pypi" => pypi(package)?,
        "npm" => npm(package)?,
        "deb" => deb(package)?,
        _ => return None,
    };
    let is_plain = !member.chars().any(|c| c.is_control() || c == '\\');
    let stays_inside = !member.split('/').any(|piece| matches!(piece, "" | "." | ".."));
    (is_plain && stays_inside).then(|| FileSource::Member(package, member.to_owned()))
}

fn pypi(text: &str) -> Option<Package> {
    let (wanted, wheel) = match text.split_once('@') {
        Some((wanted, tag)) => (wanted, Some(wheel_tag(tag)?)),
        None => (text, None),
    };
    let (name, version) = wanted.split_once("==")?;
    let is_package = is_word(name, "._-") && is_word(version, "._-+!");
    is_package.then(|| Package { registry: Registry::PyPi, wanted: wanted.to_owned(), wheel })
}

fn wheel_tag(text: &str) -> Option<WheelTag> {
    let (python, platform) = text.strip_prefix("cp")?.split_once('-')?;
    let is_python = (2..=4).contains(&python.len()) && python.bytes().all(|byte| byte.is_ascii_digit());
    let is_tag = is_python && is_word(platform, "_");
    is_tag.then(|| WheelTag { python: python.to_owned(), platform: platform.to_owned() })
}

fn npm(wanted: &str) -> Option<Package> {
    let (name, version) = wanted.rsplit_once('@')?;
    let is_name = match name.strip_prefix('@') {
        Some(scoped) => {
            scoped.split_once('/').is_some_and(|(scope, name)| is_word(scope, "._-") && is_word(name, "._-"))
        }
        None => is_word(name, "._-"),
    };
    // One version, not a range or a tag, which would let the content change.
    let is_version = version.starts_with(|first: char| first.is_ascii_digit()) && is_word(version, ".-+");
    (is_name && is_version).then(|| Package { registry: Registry::Npm, wanted: wanted.to_owned(), wheel: None })
}

fn deb(wanted: &str) -> Option<Package> {
    let (name, version) = wanted.split_once('=').map_or((wanted, None), |(name, version)| (name, Some(version)));
    let is_package = is_word(name, "+.-") && version.is_none_or(|version| is_word(version, ".+~:-"));
    is_package.then(|| Package { registry: Registry::Deb, wanted: wanted.to_owned(), wheel: None })
}

/// Letters, digits and `others`, beginning with a letter or a digit: nothing that a client could take for an option.
pub(crate) fn is_word(text: &str, others: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let registry = match self.registry {
            Registry::PyPi => "pypi",
            Registry::Npm => "npm",
            Registry::Deb => "deb",
        };
        write!(f, "{registry}:{}", self.wanted)?;
        match &self.wheel {
            Some(WheelTag { python, platform }) => write!(f, "@cp{python}-{platform}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for FileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Web(address) => f.write_str(address),
            Self::Member(package, member) => write!(f, "{package}#{member}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_kind_is_read() {
        let check = |text: &str, registry, wanted: &str, wheel: Option<(&str, &str)>, member: &str| {
            let wheel = wheel.map(|(python, platform)| WheelTag { python: python.into(), platform: platform.into() });
            let package = Package { registry, wanted: wanted.into(), wheel };
            assert_eq!(text.parse(), Ok(FileSource::Member(package, member.into())), "{text}");
        };
        check("pypi:a-b==1.0#x/y.bin", Registry::PyPi, "a-b==1.0", None, "x/y.bin");
        let tag = Some(("311", "manylinux_2_28_x86_64"));
        check("pypi:a-b==1.0@cp311-manylinux_2_28_x86_64#lib.so.1", Registry::PyPi, "a-b==1.0", tag, "lib.so.1");
        check("npm:@s/n@1.0.0#package/a.wav", Registry::Npm, "@s/n@1.0.0", None, "package/a.wav");
        check("npm:n@1.0.0-rc.1#package/a.wav", Registry::Npm, "n@1.0.0-rc.1", None, "package/a.wav");
        check("deb:libx-data#usr/a b.raw", Registry::Deb, "libx-data", None, "usr/a b.raw");
        check("deb:x=1:2.0~rc1-3#u", Registry::Deb, "x=1:2.0~rc1-3", None, "u");
        assert_eq!("https://h/p?q".parse(), Ok(FileSource::Web("https://h/p?q".into())));
        assert_eq!("http://127.0.0.1:80/p".parse(), Ok(FileSource::Web("http://127.0.0.1:80/p".into())));
    }

    #[test]
    fn what_could_mislead_a_client_or_leave_the_folder_is_refused() {
        let bad = "https:// https://user@host/x http://example.org/x http://127.0.0.1.example.org/x ftp://h/x ftp:a==1#m \
                   pypi:a#m pypi:a==1 pypi:a==1# pypi:--index-url==1#m pypi:a==-r#m pypi:a==1@cp3-x#m pypi:a==1@py3-x#m \
                   pypi:a==1@cp311#m pypi:a==1@cp311--x#m npm:a@latest#m npm:a#m npm:@a@1#m npm:-g@1#m npm:@-g/a@1#m \
                   npm:@a/-g@1#m npm:a@file:x#m deb:-o#m deb:a/b#m deb:a=#m deb:a=-o#m deb:a#/etc/x deb:a#x/../y \
                   deb:a#./x deb:a#x//y deb:a#x\\y";
        let with_spaces = ["", "https://h/a b", "pypi:a b==1#m", "npm:a@1 -g#m", "deb:a#x\ny"];
        for bad in bad.split_whitespace().chain(with_spaces) {
            assert!(bad.parse::<FileSource>().is_err(), "{bad}");
        }
        let longest = format!("deb:a#{}", "x".repeat(MAX_SOURCE_BYTES - 6));
        assert!(longest.parse::<FileSource>().is_ok() && (longest + "x").parse::<FileSource>().is_err());
    }

    proptest! {
        #[test]
        fn a_well_formed_source_survives_the_round_trip(
            name in "[a-z0-9][a-z0-9.+-]{0,10}", version in "[0-9][A-Za-z0-9.+-]{0,10}",
            member in "[a-z]{1,5}(/[A-Za-z0-9 ._-]{1,5}x){0,3}",
        ) {
            let plain = name.replace('+', "");
            for package in [
                format!("pypi:{plain}=={version}"),
                format!("pypi:{plain}=={version}@cp39-{plain}", plain = plain.replace(['.', '-'], "_")),
                format!("npm:{plain}@{version}"),
                format!("deb:{name}={version}"),
            ] {
                let text = format!("{package}#{member}");
                prop_assert_eq!(text.parse::<FileSource>().unwrap().to_string(), text);
            }
        }

        #[test]
        fn no_text_panics_and_none_is_an_option(
            text in any::<String>(), rest in "[-@=#./a-z0-9_~:+]{0,24}", kind in "(pypi|npm|deb|https|http)",
        ) {
            for text in [text, format!("{kind}:{rest}"), format!("{kind}:{rest}#m")] {
                let Ok(source) = text.parse::<FileSource>() else { continue };
                prop_assert_eq!(source.to_string(), text);
                if let Some(package) = source.package() {
                    prop_assert!(!package.wanted.starts_with('-') && !package.wanted.contains([' ', '\n', '\0']));
                }
            }
        }
    }
}
