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

use serde::{Deserialize, Serialize};

/// The longest source line.
const MAX_SOURCE_CHARS: usize = 1024;

/// A place that has a file or a piece of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Source {
    /// A file on the web: an `https://` address, or `http://127.0.0.1…`.
    Web(String),
    /// A file within a package of a registry.
    Member {
        /// The package.
        package: Package,
        /// The member's whole name within it; in a Debian package without the leading `./`.
        member: String,
    },
}

/// A package of a registry; the user's own client decides from which mirror it comes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Package {
    /// A Python wheel, fetched by `pip`.
    PyPi {
        /// The project.
        name: String,
        /// Its version.
        version: String,
        /// Which of its wheels; `None` takes the one for every machine.
        wheel: Option<WheelTag>,
    },
    /// An npm package, fetched by `npm`.
    Npm {
        /// With its scope, where it has one.
        name: String,
        /// Its version.
        version: String,
    },
    /// A Debian package, fetched by `apt-get`.
    Deb {
        /// The package.
        name: String,
        /// Its version; `None` takes the one that apt would install.
        version: Option<String>,
    },
}

/// Which of a project's wheels: `cp311-manylinux_2_28_x86_64`. The Python of the machine has no say in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WheelTag {
    /// The interpreter's and the ABI's tag, `cp` and digits.
    pub python: String,
    /// The platform's tag.
    pub platform: String,
}

/// Text that is no source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a source: {reason}. Write https://…, pypi:name==version#member, npm:name@version#member or deb:name#member"
)]
pub struct SourceError {
    text: String,
    reason: &'static str,
}

impl Source {
    /// The registry's package, where the source is a member of one.
    pub fn package(&self) -> Option<&Package> {
        match self {
            Source::Web(_) => None,
            Source::Member { package, .. } => Some(package),
        }
    }
}

impl WheelTag {
    /// `cp311` as `3.11`.
    pub(crate) fn python_version(&self) -> String {
        let digits = self.python.trim_start_matches("cp");
        let (major, minor) = digits.split_at(1.min(digits.len()));
        format!("{major}.{minor}")
    }
}

impl FromStr for Source {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Source, SourceError> {
        parse(text).map_err(|reason| SourceError { text: text.chars().take(200).collect(), reason })
    }
}

fn parse(text: &str) -> Result<Source, &'static str> {
    if text.len() > MAX_SOURCE_CHARS {
        return Err("it is too long");
    }
    if text.starts_with("https://") || text.starts_with("http://") {
        return parse_web(text);
    }
    let (registry, rest) = text.split_once(':').ok_or("it names no kind of source")?;
    let (package, member) = rest.split_once('#').ok_or("no `#member` follows the package")?;
    let package = match registry {
        "pypi" => parse_pypi(package)?,
        "npm" => parse_npm(package)?,
        "deb" => parse_deb(package)?,
        _ => return Err("it is of no known kind"),
    };
    check_member(member)?;
    Ok(Source::Member { package, member: member.to_owned() })
}

fn parse_web(text: &str) -> Result<Source, &'static str> {
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("an address has visible ASCII characters only");
    }
    let (scheme, rest) = text.split_once("://").ok_or("it names no scheme")?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.is_empty() || host.contains('@') {
        return Err("an address needs a host, and no user before it");
    }
    if scheme == "http" && host != "127.0.0.1" && !host.starts_with("127.0.0.1:") {
        return Err("plain http:// is for 127.0.0.1 only");
    }
    Ok(Source::Web(text.to_owned()))
}

fn parse_pypi(package: &str) -> Result<Package, &'static str> {
    let (name, version) = package.split_once("==").ok_or("a PyPI package needs `==version`")?;
    let (version, wheel) = match version.split_once('@') {
        None => (version, None),
        Some((version, tag)) => {
            let (python, platform) = tag.split_once('-').ok_or("a wheel's tag is python-platform")?;
            let digits = python.strip_prefix("cp").ok_or("a wheel's Python is `cp` and digits")?;
            if !(2..=4).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err("a wheel's Python is `cp` and digits");
            }
            word(platform, "_", "a wheel's platform is letters, digits and `_`")?;
            (version, Some(WheelTag { python: python.to_owned(), platform: platform.to_owned() }))
        }
    };
    word(name, "._-", "a PyPI name is letters, digits, `.`, `_` and `-`")?;
    word(version, "._-+!", "a PyPI version is letters, digits, `.`, `_`, `-`, `+` and `!`")?;
    Ok(Package::PyPi { name: name.to_owned(), version: version.to_owned(), wheel })
}

fn parse_npm(package: &str) -> Result<Package, &'static str> {
    let (name, version) = package.rsplit_once('@').ok_or("an npm package needs `@version`")?;
    const NAME: &str = "an npm name is letters, digits, `.`, `_` and `-`, with `@scope/` before it where it has one";
    match name.strip_prefix('@') {
        None => word(name, "._-", NAME)?,
        Some(scoped) => {
            let (scope, name) = scoped.split_once('/').ok_or(NAME)?;
            word(scope, "._-", NAME)?;
            word(name, "._-", NAME)?;
        }
    }
    // A version must be one, not a range or a tag, which would let its content change.
    if !version.starts_with(|first: char| first.is_ascii_digit()) {
        return Err("an npm version begins with a digit");
    }
    word(version, ".-+", "an npm version is letters, digits, `.`, `-` and `+`")?;
    Ok(Package::Npm { name: name.to_owned(), version: version.to_owned() })
}

fn parse_deb(package: &str) -> Result<Package, &'static str> {
    let (name, version) = match package.split_once('=') {
        None => (package, None),
        Some((name, version)) => (name, Some(version)),
    };
    word(name, "+.-", "a Debian name is letters, digits, `+`, `.` and `-`")?;
    if let Some(version) = version {
        word(version, ".+~:-", "a Debian version is letters, digits, `.`, `+`, `~`, `:` and `-`")?;
    }
    Ok(Package::Deb { name: name.to_owned(), version: version.map(str::to_owned) })
}

/// Letters, digits and `others`, beginning with a letter or a digit: nothing that a client could take for an option.
fn word(text: &str, others: &str, reason: &'static str) -> Result<(), &'static str> {
    let begins_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
    let goes_on_well = text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c));
    if begins_well && goes_on_well { Ok(()) } else { Err(reason) }
}

fn check_member(member: &str) -> Result<(), &'static str> {
    if member.is_empty() || member.chars().any(|c| c.is_control() || c == '\\') {
        return Err("a member's name is visible characters");
    }
    if member.split('/').any(|piece| matches!(piece, "" | "." | "..")) {
        return Err("a member's name is a plain path from the archive's root");
    }
    Ok(())
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Package::PyPi { name, version, wheel: None } => write!(f, "pypi:{name}=={version}"),
            Package::PyPi { name, version, wheel: Some(WheelTag { python, platform }) } => {
                write!(f, "pypi:{name}=={version}@{python}-{platform}")
            }
            Package::Npm { name, version } => write!(f, "npm:{name}@{version}"),
            Package::Deb { name, version: None } => write!(f, "deb:{name}"),
            Package::Deb { name, version: Some(version) } => write!(f, "deb:{name}={version}"),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Web(address) => f.write_str(address),
            Source::Member { package, member } => write!(f, "{package}#{member}"),
        }
    }
}

impl TryFrom<String> for Source {
    type Error = SourceError;

    fn try_from(text: String) -> Result<Source, SourceError> {
        text.parse()
    }
}

impl From<Source> for String {
    fn from(source: Source) -> String {
        source.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arguments(package: &Package) -> Vec<&str> {
        match package {
            Package::PyPi { name, version, wheel: None } | Package::Npm { name, version } => vec![name, version],
            Package::PyPi { name, version, wheel: Some(tag) } => vec![name, version, &tag.python, &tag.platform],
            Package::Deb { name, version } => std::iter::once(name).chain(version).map(String::as_str).collect(),
        }
    }

    #[test]
    fn each_kind_is_read() {
        let wheel = WheelTag { python: "cp311".into(), platform: "manylinux_2_28_x86_64".into() };
        assert_eq!(wheel.python_version(), "3.11");
        let check = |text: &str, package: Package, member: &str| {
            assert_eq!(text.parse(), Ok(Source::Member { package, member: member.into() }), "{text}");
        };
        let pypi = |wheel| Package::PyPi { name: "a-b".into(), version: "1.0".into(), wheel };
        check("pypi:a-b==1.0#x/y.bin", pypi(None), "x/y.bin");
        check("pypi:a-b==1.0@cp311-manylinux_2_28_x86_64#lib.so.1", pypi(Some(wheel)), "lib.so.1");
        check(
            "npm:@s/n@1.0.0#package/a.wav",
            Package::Npm { name: "@s/n".into(), version: "1.0.0".into() },
            "package/a.wav",
        );
        check("deb:libx-data#usr/a b.raw", Package::Deb { name: "libx-data".into(), version: None }, "usr/a b.raw");
        check("deb:x=1:2.0~rc1-3#u", Package::Deb { name: "x".into(), version: Some("1:2.0~rc1-3".into()) }, "u");
        assert_eq!("https://h/p?q".parse(), Ok(Source::Web("https://h/p?q".into())));
        assert_eq!("http://127.0.0.1:80/p".parse(), Ok(Source::Web("http://127.0.0.1:80/p".into())));
    }

    #[test]
    fn what_could_mislead_a_client_or_leave_the_folder_is_refused() {
        for bad in [
            "",
            "https://",
            "https://user@host/x",
            "http://example.org/x",
            "http://127.0.0.1.example.org/x",
            "https://h/a b",
            "pypi:a#m",
            "pypi:a==1",
            "pypi:a==1#",
            "pypi:--index-url==1#m",
            "pypi:a==-r#m",
            "pypi:a==1@cp3-x#m",
            "pypi:a==1@py3-x#m",
            "pypi:a==1@cp311#m",
            "pypi:a b==1#m",
            "npm:a@latest#m",
            "npm:a#m",
            "npm:@a@1#m",
            "npm:-g@1#m",
            "npm:a@file:x#m",
            "deb:-o#m",
            "deb:a/b#m",
            "deb:a=#m",
            "deb:a#/etc/x",
            "deb:a#x/../y",
            "deb:a#./x",
            "deb:a#x//y",
            "deb:a#x\\y",
            "deb:a#x\ny",
            "ftp:a==1#m",
            "ftp://h/x",
        ] {
            assert!(bad.parse::<Source>().is_err(), "{bad}");
        }
        assert!(format!("deb:a#{}", "x".repeat(2000)).parse::<Source>().is_err());
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_back_the_same(text in "(pypi|npm|deb|https|http):[-/@=#.a-z0-9_~:+]{0,40}#?[a-z./-]{0,8}") {
            if let Ok(source) = text.parse::<Source>() {
                prop_assert_eq!(source.to_string(), text);
            }
        }

        #[test]
        fn a_well_formed_source_survives_the_round_trip(
            name in "[a-z0-9][a-z0-9.+-]{0,10}", version in "[0-9][A-Za-z0-9.+-]{0,10}", member in "[a-z]{1,5}(/[A-Za-z0-9 ._-]{1,5}x){0,3}",
        ) {
            let plain = name.replace('+', "");
            for text in [format!("pypi:{plain}=={version}#{member}"), format!("npm:{plain}@{version}#{member}"), format!("deb:{name}={version}#{member}")] {
                prop_assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
            }
        }

        #[test]
        fn no_text_panics_and_no_part_is_an_option(text in any::<String>(), rest in "[-@=#./a-z0-9]{0,24}", kind in "(pypi|npm|deb)") {
            for text in [text, format!("{kind}:{rest}")] {
                let Ok(source) = text.parse::<Source>() else { continue };
                for argument in source.package().map(arguments).unwrap_or_default() {
                    prop_assert!(!argument.starts_with('-') && !argument.contains([' ', '\n', '\0']), "{}", argument);
                }
            }
        }
    }
}
