//! Text to phonemes, and phonemes to the numbers that a voice was trained on.

use std::collections::HashMap;
use std::env;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization;

const DATA_FOLDER: &str = "espeak-ng-data";
/// Where espeak-rs looks first: the folder that holds [`DATA_FOLDER`].
const DATA_VARIABLE: &str = "PIPER_ESPEAKNG_DATA_DIRECTORY";
/// A file that every complete [`DATA_FOLDER`] has.
const DATA_MARK: &str = "phontab";

/// The most phonemes of a sentence that is spoken as one, about 18 s: memory grows with the square of the length.
const MAX_PHONEMES: usize = 300;

const START: char = '^';
const END: char = '$';
const PAD: char = '_';

#[derive(Debug, thiserror::Error)]
pub enum PhonemeError {
    #[error("there is no {DATA_FOLDER} with a {DATA_MARK} in {0}; name its folder with --espeak-data")]
    NoData(String),
    #[error("{DATA_VARIABLE} is set, and espeak-rs would heed it rather than --espeak-data; leave one of them out")]
    Overruled,
    #[error("espeak-ng failed: {0}")]
    Espeak(String),
}

/// espeak-ng, found and set up; stays on the thread that made it.
#[derive(Debug)]
pub struct Phonemiser {
    not_send: PhantomData<*const ()>,
}

impl Phonemiser {
    /// Points espeak-ng to its data: `data` is the data folder or the one that holds it; without it, the folders beside
    /// this program are searched. The folder found becomes the current one, because that is where espeak-rs looks.
    pub fn new(data: Option<&Path>) -> Result<Self, PhonemeError> {
        let ready = Self { not_send: PhantomData };
        let candidates = match (env::var_os(DATA_VARIABLE), data) {
            (Some(_), Some(_)) => return Err(PhonemeError::Overruled),
            (Some(variable), None) => vec![variable.into()],
            (None, Some(data)) => vec![data.to_owned()],
            (None, None) => beside_this_program(),
        };
        let no_data = || {
            let tried: Vec<String> = candidates.iter().map(|path| path.display().to_string()).collect();
            PhonemeError::NoData(tried.join(", "))
        };
        let parent = candidates.iter().find_map(|candidate| parent_of_data(candidate)).ok_or_else(no_data)?;
        env::set_current_dir(parent).map_err(|_| no_data())?;
        Ok(ready)
    }

    /// The phonemes of a text, sentence by sentence, a very long sentence in parts; `voice` is espeak-ng's name of a
    /// language.
    ///
    /// # Errors
    /// [`PhonemeError::Espeak`], where the data lacks the language.
    pub fn sentences(&self, text: &str, voice: &str) -> Result<Vec<String>, PhonemeError> {
        let sentences =
            espeak_rs::text_to_phonemes(text, voice, None).map_err(|error| PhonemeError::Espeak(error.0))?;
        Ok(sentences.iter().flat_map(|sentence| parts(sentence)).map(str::to_owned).collect())
    }
}

/// A sentence in parts of at most [`MAX_PHONEMES`], cut after the last clause that fits, or else the last word.
fn parts(mut sentence: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    while let Some((limit, _)) = sentence.char_indices().nth(MAX_PHONEMES) {
        let fits = &sentence[..limit];
        let after = |found: Option<(usize, &str)>| found.map(|(start, mark)| start + mark.len());
        let clause = after(fits.rmatch_indices([',', ';', ':']).next());
        let end = clause.or_else(|| after(fits.rmatch_indices(' ').next())).unwrap_or(limit);
        let (part, rest) = sentence.split_at(end);
        parts.push(part);
        sentence = rest;
    }
    if !sentence.is_empty() {
        parts.push(sentence);
    }
    parts
}

fn beside_this_program() -> Vec<PathBuf> {
    let program = env::current_exe().unwrap_or_default();
    let folder = program.parent().unwrap_or(Path::new("."));
    vec![folder.to_owned(), folder.join("../share/parley"), folder.join("../share")]
}

fn parent_of_data(candidate: &Path) -> Option<PathBuf> {
    let candidate = candidate.canonicalize().ok()?;
    if candidate.join(DATA_FOLDER).join(DATA_MARK).is_file() {
        return Some(candidate);
    }
    let is_data = candidate.file_name().is_some_and(|name| name == DATA_FOLDER) && candidate.join(DATA_MARK).is_file();
    is_data.then(|| candidate.parent().map(Path::to_owned)).flatten()
}

/// What a voice reads: a start, every phoneme and a pad after each, an end. Phonemes are decomposed as they were in
/// training; those that the voice does not know are left out.
pub fn to_ids(phonemes: &str, map: &HashMap<char, Vec<i64>>) -> Vec<i64> {
    let ids_of = |phoneme: char| map.get(&phoneme).map(Vec::as_slice).unwrap_or_default();
    let mut ids = Vec::with_capacity(2 * phonemes.len() + 3);
    ids.extend(ids_of(START));
    ids.extend(ids_of(PAD));
    for known in phonemes.nfd().map(ids_of).filter(|known| !known.is_empty()) {
        ids.extend(known);
        ids.extend(ids_of(PAD));
    }
    ids.extend(ids_of(END));
    ids
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    fn map() -> HashMap<char, Vec<i64>> {
        [('_', 0), ('^', 1), ('$', 2), ('a', 14), ('c', 16), ('\u{327}', 140)]
            .map(|(phoneme, id)| (phoneme, vec![id]))
            .into()
    }

    fn check(phonemes: &str, expected: &[i64]) {
        assert_eq!(to_ids(phonemes, &map()), expected, "{phonemes:?}");
    }

    #[test]
    fn phonemes_are_padded_framed_and_decomposed() {
        check("", &[1, 0, 2]);
        check("ac", &[1, 0, 14, 0, 16, 0, 2]);
        check("ç", &[1, 0, 16, 0, 140, 0, 2]);
        check("a?a", &[1, 0, 14, 0, 14, 0, 2]);
    }

    #[test]
    fn the_data_folder_is_found_from_itself_and_from_its_parent() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join(DATA_FOLDER);
        assert_eq!(parent_of_data(folder.path()), None);
        fs::create_dir(&data).unwrap();
        assert_eq!(parent_of_data(&data), None, "an empty folder is no data");
        fs::write(data.join(DATA_MARK), "").unwrap();
        let parent = folder.path().canonicalize().unwrap();
        assert_eq!(parent_of_data(folder.path()), Some(parent.clone()));
        assert_eq!(parent_of_data(&data), Some(parent));
    }

    #[test]
    fn a_long_sentence_is_cut_after_a_clause_or_else_a_word() {
        let words = "ab ".repeat(60);
        assert_eq!(parts(&words), [words.as_str()]);
        let clauses = format!("ə, {words}ə, {words}");
        assert_eq!(parts(&clauses), [format!("ə, {words}ə,"), format!(" {words}")]);
        assert_eq!(parts(&"ab ".repeat(101)), ["ab ".repeat(100), "ab ".to_owned()]);
        assert_eq!(parts(&"ə".repeat(301)), ["ə".repeat(300), "ə".to_owned()]);
        assert_eq!(parts(""), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn parts_are_short_and_lose_nothing(sentence in "[abə ,;]{0,2000}") {
            let parts = parts(&sentence);
            prop_assert_eq!(parts.concat(), sentence.as_str());
            prop_assert!(parts.iter().all(|part| (1..=MAX_PHONEMES).contains(&part.chars().count())));
        }
    }
}
