//! Files with a known content, and the ways to get each.

use std::fmt;

use parley_model_file::Format;
use serde::Deserialize;

use crate::digest::Sha256;
use crate::manifest::ManifestError;
use crate::source::{FileSource, is_word};

/// The largest file anybody may pin: far above any model that fits a Raspberry Pi.
const MAX_PINNED_BYTES: u64 = 64 << 30;
const MAX_NAME_BYTES: usize = 128;

/// A file in the store: its name, its content, and the ways to get it, the preferred one first.
///
/// As TOML:
/// ```toml
/// name = "ggml-base.bin"
/// bytes = 147951465
/// sha256 = [{ digest = "…", from = "the publisher" }]   # or just "…"; or `verified = false` instead of both,
///                                                        # with `about-bytes` where somebody says its size
/// format = "ggml"                                        # where the name's ending does not say it
/// sources = ["https://…", { parts = ["pypi:…", "pypi:…"] }]
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "RawPinnedFile")]
pub struct PinnedFile {
    /// Its name in the store: letters, digits, `.`, `_`, `+` and `-`, beginning with a letter or a digit.
    pub name: String,
    /// Its content; `None` while nobody has verified it, and then it can be neither fetched nor used.
    pub pin: Option<Pin>,
    /// How large a file is said to be that nobody has verified: enough to compute its memory with, and for nothing else.
    pub(crate) about_bytes: Option<u64>,
    /// Its kind, for a quick look at its header.
    pub(crate) format: Option<Format>,
    pub(crate) recipes: Vec<Recipe>,
}

/// What a file must contain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its size.
    pub bytes: u64,
    /// Several where, say, a converted file does the work of the published one; at least one.
    pub(crate) digests: Vec<Digest>,
}

/// One content that a file may have, and who or what makes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Digest {
    #[serde(rename = "digest")]
    pub(crate) sha256: Sha256,
    pub(crate) from: String,
}

/// One way to get a file: its parts one after the other, converted where that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipe {
    /// At least one.
    pub(crate) parts: Vec<FileSource>,
    /// What is to be done with the parts; `None` where they are the file.
    pub(crate) convert: Option<Convert>,
}

/// From a Whisper model in CTranslate2's format, which the parts make up, to whisper.cpp's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Convert {
    /// Size of the parts together.
    pub(crate) bytes: u64,
    /// Where the model's `tokenizer.json` is.
    pub(crate) tokenizer: FileSource,
}

impl PinnedFile {
    /// What to expect at the publisher's `https` address: size, checksum and address. The checksum is the publisher's own
    /// where that is known, and otherwise the only one there is of a file that is not converted: then other bytes are
    /// refused there as well.
    pub fn published(&self) -> Option<(u64, &Sha256, &str)> {
        let pin = self.pin.as_ref()?;
        let of_publisher = pin.digests.iter().find(|digest| ["", "the publisher"].contains(&digest.from.as_str()));
        let only = || match pin.digests.as_slice() {
            [only] if self.recipes.iter().all(|recipe| recipe.convert.is_none()) => Some(only),
            _ => None,
        };
        let digest = of_publisher.or_else(only)?;
        let address = self.recipes.iter().find_map(|recipe| match recipe.parts.as_slice() {
            [FileSource::Web(address)] if address.starts_with("https://") => Some(address),
            _ => None,
        })?;
        Some((pin.bytes, &digest.sha256, address))
    }

    /// Its size, as it is pinned or as somebody says.
    pub(crate) fn size(&self) -> Option<u64> {
        self.pin.as_ref().map(|pin| pin.bytes).or(self.about_bytes)
    }

    /// A file with one content and one source.
    ///
    /// # Errors
    /// The name, the size, the SHA-256 or the source is none.
    pub fn new(name: &str, bytes: u64, sha256: &str, source: &str) -> Result<Self, ManifestError> {
        let digests = vec![Digest { sha256: sha256.to_owned().try_into()?, from: String::new() }];
        let recipes = vec![Recipe { parts: vec![source.parse()?], convert: None }];
        let (name, pin, format) = (name.to_owned(), Some(Pin { bytes, digests }), Format::of_name(name));
        Self { name, pin, about_bytes: None, format, recipes }.checked()
    }

    fn checked(self) -> Result<Self, ManifestError> {
        let refused = |reason: &str| Err(ManifestError(format!("{}: {reason}", self.name)));
        let is_size = |bytes: u64| (1..=MAX_PINNED_BYTES).contains(&bytes);
        if !is_word(&self.name, "._+-") || self.name.len() > MAX_NAME_BYTES {
            return refused(
                "a file's name has letters, digits, `.`, `_`, `+` and `-`, and begins with one of the first two",
            );
        }
        if self.pin.as_ref().is_some_and(|pin| !is_size(pin.bytes) || pin.digests.is_empty()) {
            return refused("its size is not that of a file to fetch, or it has no SHA-256");
        }
        if self.about_bytes.is_some_and(|bytes| !is_size(bytes)) {
            return refused("`about-bytes` is not the size of a file to fetch");
        }
        if self.recipes.is_empty() || self.recipes.iter().any(|recipe| recipe.parts.is_empty()) {
            return refused("give at least one source, and at least one part in each");
        }
        let mut made = self.recipes.iter().filter(|recipe| recipe.parts.len() > 1 || recipe.convert.is_some());
        if made.any(|recipe| recipe.sources().any(|source| source.package().is_none())) {
            return refused("a file that is put together or converted takes its parts from packages, not from the web");
        }
        if self.recipes.iter().filter_map(|recipe| recipe.convert.as_ref()).any(|convert| !is_size(convert.bytes)) {
            return refused("the size of what is converted is not that of a file to fetch");
        }
        Ok(self)
    }
}

impl Pin {
    pub(crate) fn accepts(&self, sha256: &Sha256) -> bool {
        self.digests.iter().any(|digest| digest.sha256 == *sha256)
    }
}

impl Recipe {
    /// Every source that the recipe reads, the tokenizer's too.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &FileSource> {
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPinnedFile {
    name: String,
    bytes: Option<u64>,
    sha256: Option<RawDigests>,
    #[serde(default = "yes")]
    verified: bool,
    #[serde(rename = "about-bytes")]
    about_bytes: Option<u64>,
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
    Copy(FileSource),
    Made(Recipe),
}

impl TryFrom<RawPinnedFile> for PinnedFile {
    type Error = ManifestError;

    fn try_from(raw: RawPinnedFile) -> Result<Self, ManifestError> {
        let pin = match (raw.verified, raw.bytes, raw.sha256) {
            (true, ..) if raw.about_bytes.is_some() => {
                return Err(ManifestError(format!("{}: `about-bytes` is for `verified = false`", raw.name)));
            }
            (true, Some(bytes), Some(RawDigests::One(sha256))) => {
                Some(Pin { bytes, digests: vec![Digest { sha256, from: String::new() }] })
            }
            (true, Some(bytes), Some(RawDigests::Several(digests))) => Some(Pin { bytes, digests }),
            (false, None, None) => None,
            _ => {
                let reason = "give both `bytes` and `sha256`, or `verified = false` and no `sha256`";
                return Err(ManifestError(format!("{}: {reason}", raw.name)));
            }
        };
        let recipes = raw.sources.into_iter().map(|recipe| match recipe {
            RawRecipe::Copy(source) => Recipe { parts: vec![source], convert: None },
            RawRecipe::Made(recipe) => recipe,
        });
        let format = raw.format.or_else(|| Format::of_name(&raw.name));
        let about_bytes = raw.about_bytes;
        Self { name: raw.name, pin, about_bytes, format, recipes: recipes.collect() }.checked()
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
        assert!(one.pin.unwrap().accepts(&DIGEST.to_owned().try_into().unwrap()));
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
        let said = read("name = 'a'\nverified = false\nabout-bytes = 7\nsources = ['https://h/a']").unwrap();
        assert_eq!((said.pin, said.about_bytes), (None, Some(7)));
        let both = read("name = 'a'\nbytes = 1\nsha256 = 'DIGEST'\nabout-bytes = 7\nsources = ['https://h/a']");
        assert!(both.unwrap_err().contains("about-bytes"));
        assert!(read("name = 'a'\nverified = false\nabout-bytes = 0\nsources = ['https://h/a']").is_err());
    }

    #[test]
    fn an_image_takes_the_publishers_content_or_the_only_one_of_a_file_that_is_not_converted() {
        let other = DIGEST.replace('e', "f");
        let expected = |sums: &str, source: &str| {
            let file = format!(
                "name = 'a'\nbytes = 5\nsha256 = [{sums}]\nsources = ['https://h/a', {{ parts = [{source}] }}]"
            );
            let file = read(&file).unwrap();
            file.published().map(|(_, digest, address)| (digest.to_string() == DIGEST, address.to_owned()))
        };
        let (ours, theirs) =
            (format!("{{ digest = '{other}', from = 'us' }}"), "{ digest = 'DIGEST', from = 'the publisher' }");
        assert_eq!(expected(&format!("{ours}, {theirs}"), "'deb:a#b'"), Some((true, "https://h/a".to_owned())));
        assert_eq!(expected(&ours, "'deb:a#b'"), Some((false, "https://h/a".to_owned())));
        let file = format!(
            "name = 'a'\nbytes = 5\nsha256 = [{ours}]\nsources = ['https://h/a', {{ parts = ['deb:a#b'], convert = {{ bytes = 9, \
             tokenizer = 'deb:a#t' }} }}]"
        );
        assert_eq!(read(&file).unwrap().published(), None, "the publisher's content is another");
    }

    #[test]
    fn incomplete_files_are_refused() {
        let check = |size: &str, sum: &str, sources: &str, more: &str| {
            read(&format!("name = 'a'\n{size}\nsha256 = {sum}\nsources = [{sources}]\n{more}")).is_ok()
        };
        let converted =
            |bytes: &str| format!("{{ parts = ['deb:a#b'], convert = {{ {bytes} tokenizer = 'deb:a#t' }} }}");
        let (size, sum, web) = ("bytes = 5", "'DIGEST'", "'https://h/a'");
        assert!(check(size, sum, web, "") && check(size, sum, &converted("bytes = 9,"), ""));
        assert!(!check("", sum, web, ""));
        assert!(!check("bytes = 0", sum, web, ""));
        assert!(!check(&format!("bytes = {}", MAX_PINNED_BYTES + 1), sum, web, ""));
        assert!(!check(size, "[]", web, ""));
        assert!(!check(size, sum, "", ""));
        assert!(!check(size, sum, "{ parts = [] }", ""));
        assert!(!check(size, sum, &converted(""), ""));
        assert!(!check(size, sum, &converted("bytes = 0,"), ""));
        assert!(!check(size, sum, "{ parts = ['https://h/a', 'deb:c#d'] }", ""));
        assert!(!check(size, sum, &converted("bytes = 9,").replace("deb:a#t", "https://h/t"), ""));
        assert!(!check(size, sum, web, "size = 5"));
        assert!(read("name = 'a'\nbytes = 5\nsources = ['https://h/a']").is_err());
    }

    #[test]
    fn a_name_stays_in_the_store() {
        let named = |name: &str| PinnedFile::new(name, 1, DIGEST, "https://h/a");
        assert!(named("a_b.c+d-1").is_ok() && named(&"a".repeat(MAX_NAME_BYTES)).is_ok());
        for bad in ["", ".", "..", ".hidden", "a/b", "/a", "-a", "a b", "a\0", "ä", &"a".repeat(MAX_NAME_BYTES + 1)] {
            assert!(named(bad).is_err(), "{bad}");
        }
    }
}
