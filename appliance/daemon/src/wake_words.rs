//! The wake words that the settings name, as far as they can be listened for.

use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use parley_conversation::Attention;
use parley_models::{Called, Catalogue};
use parley_settings::Config;
use parley_wake::{EmbeddingModel, Word, known_names, known_word, stop_word};
use strsim::normalized_damerau_levenshtein;

use crate::own_words::OwnWords;
use crate::own_words::by_voice::School;

/// What can be listened for, and what cannot.
#[derive(Default)]
pub struct WakeWords {
    pub words: Vec<Word>,
    /// What hears "stop" while Parley speaks, where anything is listened for.
    pub stop: Option<Word>,
    /// Why a word cannot, and what to do about it; one for each.
    pub problems: Vec<String>,
    follow_up: Duration,
    /// What further ones are taught with; none where no word was to wake Parley.
    pub school: Option<School>,
}

impl WakeWords {
    /// Reads all that the settings name. One that cannot be read does not keep the others from being heard.
    pub fn named(config: &Config, models: &Catalogue, own: &OwnWords) -> Self {
        let follow_up = Duration::from_millis(config.conversation.follow_up.into());
        let mut read = Self { follow_up, ..Self::default() };
        for wake_word in &config.conversation.wake_words {
            let found = words(wake_word.word(), models, own);
            let problem = |problem| format!("conversation.wake-words: {problem}");
            for word in found {
                match word {
                    Ok(word) => read.words.push(word.with_sensitivity(wake_word.sensitivity())),
                    Err(reason) => read.problems.push(problem(reason)),
                }
            }
        }
        if !read.words.is_empty() {
            // Whoever speaks over an answer ends it anyway, unless the settings say otherwise: nothing to complain about.
            read.stop = speech_embedding(models).ok().and_then(|model| stop_word(&model));
        }
        read
    }

    /// What is listened for, each name once.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for word in &self.words {
            if !names.iter().any(|name| name.eq_ignore_ascii_case(&word.name)) {
                names.push(word.name.clone());
            }
        }
        names
    }

    /// The same and, where the settings name any, all that were taught.
    pub fn read(config: &Config, models: &Arc<Catalogue>, own: &OwnWords) -> Self {
        let mut read = Self::named(config, models, own);
        if config.conversation.wake_words.is_empty() {
            return read;
        }
        for name in own.names().into_iter().filter(|name| !own.is_named(name, config)) {
            match taught(&name, models, own) {
                Ok(word) => read.words.push(word),
                Err(reason) => read.problems.push(format!("the wake word \"{name}\", which was taught: {reason}")),
            }
        }
        read.school = Some(School { config: config.clone(), models: Arc::clone(models), own: own.clone() });
        read
    }

    /// When people are listened to. Where something was to wake Parley and nothing can, all the time: better than never.
    pub fn attention(&self) -> Attention {
        match self.words.as_slice() {
            [] => Attention::Always,
            [_, ..] => Attention::OnceWoken { follow_up: self.follow_up },
        }
    }
}

/// The wake words that need not be taught.
pub fn usual_names(models: &Catalogue) -> Vec<&str> {
    let mut names: Vec<&str> = models.wake_words().collect();
    known_names().filter(|name| !models.knows_wake_word(name)).for_each(|name| names.push(name));
    names
}

/// All that hear a word of this name: its file; or what comes along, what was taught, or several of them.
fn words(name: &str, models: &Catalogue, own: &OwnWords) -> Vec<Result<Word, String>> {
    if Path::new(name).is_absolute() {
        return vec![Word::read(Path::new(name)).map_err(|error| error.to_string())];
    }
    let taught = own.has(name).then(|| taught(name, models, own));
    let network = models.knows_wake_word(name).then(|| network(name, models));
    let has_head = known_names().any(|known| known.eq_ignore_ascii_case(name.trim()));
    let damaged = || format!("what hears \"{name}\" is damaged");
    let head = has_head.then(|| known_word(name, &speech_embedding(models)?).ok_or_else(damaged));
    // Where something else hears the word, it is heard less well without: no reason to complain.
    let head = head.filter(|head| head.is_ok() || network.is_none());
    let all: Vec<_> = taught.into_iter().chain(network).chain(head).collect();
    if all.is_empty() { vec![Err(unknown(name, models, own))] } else { all }
}

fn taught(name: &str, models: &Catalogue, own: &OwnWords) -> Result<Word, String> {
    let model = speech_embedding(models)?;
    own.read(name, &model).map_or_else(
        || Err(format!("the wake word \"{name}\" is gone")),
        |read| read.map_err(|error| error.to_string()),
    )
}

fn unknown(name: &str, models: &Catalogue, own: &OwnWords) -> String {
    let taught = match own.names().as_slice() {
        [] => String::new(),
        names => format!(" Taught here: {}.", names.join(", ")),
    };
    format!(
        "there is no wake word \"{name}\"; there are: {}. Another is taught by `parley wake learn`, or is the absolute path of its \
         description.{taught}",
        usual_names(models).join(", ")
    )
}

fn network(name: &str, models: &Catalogue) -> Result<Word, String> {
    let (file, Called { name, cutoff_percent, window }) = models.wake_word(name).map_err(|error| error.to_string())?;
    let damaged = |problem: &dyn Display| format!("{}: {problem}", file.display());
    let network = fs::read(&file).map_err(|error| damaged(&error))?;
    Word::new(name, f32::from(*cutoff_percent) / 100.0, *window, &network).map_err(|error| damaged(&error))
}

/// What words are taught and heard with.
///
/// # Errors
/// Its file is missing or damaged; in words.
pub fn speech_embedding(models: &Catalogue) -> Result<EmbeddingModel, String> {
    let file = models.speech_embedding().map_err(|error| error.to_string())?;
    let damaged = |problem: &dyn Display| format!("{}: {problem}", file.display());
    let bytes = fs::read(&file).map_err(|error| damaged(&error))?;
    EmbeddingModel::new(&bytes).map_err(|error| damaged(&error))
}

/// Whether words that were heard are one of these names, or nearly: recognisers seldom know them.
pub fn are_said(words: &str, names: &[String]) -> bool {
    /// Of the letters; "hey Travis" is no more like "hey Jarvis" than this.
    const LEAST_ALIKE: f64 = 0.8;
    let said = words_of(words);
    names.iter().map(|name| words_of(name)).filter(|name| !name.is_empty()).any(|name| {
        let whole = name.concat();
        // A recogniser may write two words as one, or one as two.
        let lengths = name.len().saturating_sub(1).max(1)..=name.len() + 1;
        let mut stretches = lengths.flat_map(|length| said.windows(length));
        stretches.any(|stretch| normalized_damerau_levenshtein(&stretch.concat(), &whole) >= LEAST_ALIKE)
    })
}

/// A text without the name that it begins with: whoever is awake is called by it, too.
pub fn without_name<'a>(text: &'a str, names: &[String]) -> &'a str {
    let mut ends = text.match_indices(|c: char| c.is_whitespace()).map(|(end, _)| end).chain([text.len()]);
    // No name has more words, with one that it is called by.
    let beginnings: Vec<usize> = ends.by_ref().take(4).collect();
    let called = beginnings.into_iter().filter(|end| are_said(&text[..*end], names)).min();
    called.map_or(text, |end| text[end..].trim_start_matches(|c: char| !c.is_alphanumeric()))
}

fn words_of(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use parley_models::{Manifest, Store};
    use parley_settings::WakeWord;

    use super::*;

    #[test]
    fn what_cannot_be_listened_for_says_why_and_keeps_nothing_from_being_heard() {
        let folder = tempfile::tempdir().unwrap();
        let models = Arc::new(Catalogue::new(Manifest::embedded().unwrap(), Store::new(folder.path()).unwrap()));
        let other = folder.path().join("song.json");
        std::fs::write(&other, "{}").unwrap();
        let mut config = Config::default();
        config.conversation.wake_words = vec![
            WakeWord::Usual("hey jarvis".into()),
            WakeWord::Usual("hey nobody".into()),
            WakeWord::Usual("Hey Parley".into()),
            WakeWord::Tuned { word: other.display().to_string(), sensitivity: 0.7 },
        ];
        let taught = tempfile::tempdir().unwrap();
        let own = OwnWords::below(taught.path());
        std::fs::write(taught.path().join("hey-parley.json"), "{}").unwrap();
        let read = WakeWords::read(&config, &models, &own);
        assert_eq!(read.attention(), Attention::Always);
        let problems = read.problems.join("\n");
        for part in [
            "\"hey jarvis\" is not ready",
            "hey_jarvis.tflite is missing\nRun `parley models fetch hey-jarvis`",
            "there is no wake word \"hey nobody\"; there are: hey jarvis, okay nabu, hey mycroft, alexa",
            "Taught here: hey parley.",
            "Run `parley models fetch speech-embedding`",
            "song.json does not describe a wake word",
        ] {
            assert!(problems.contains(part), "{part}: {problems}");
        }
        std::fs::write(taught.path().join("computer.json"), "{}").unwrap();
        let read = WakeWords::read(&config, &models, &own);
        assert!(
            read.problems.last().is_some_and(|last| last.contains("\"computer\", which was taught")),
            "{:?}",
            read.problems
        );
        assert!(read.school.is_some());
        let read = WakeWords::read(&Config::default(), &models, &own);
        assert!(read.problems.is_empty() && read.school.is_none(), "nothing was to wake it");
    }

    #[test]
    fn a_name_is_known_among_other_words_and_as_recognisers_write_it() {
        let names = ["Hey Jarvis".to_owned(), "Alexa".to_owned()];
        for said in ["Hey Jarvis.", "hey, Jarvis, what time", "so hey Jervis", "Heyjarvis", "Hey Jar vis!", "Alexa?"] {
            assert!(are_said(said, &names), "{said}");
        }
        for said in [
            "",
            "Hey!",
            "Hey Travis.",
            "Hey Charlie",
            "Alexis",
            "Jarvis said that",
            "a lexicon",
            "Hey, the service",
            "Let's see",
        ] {
            assert!(!are_said(said, &names), "{said}");
        }
        assert!(!are_said("Hey Jarvis", &[]) && !are_said("", &[String::new()]));
    }

    #[test]
    fn a_name_is_no_part_of_what_is_asked() {
        let names = ["Hey Jarvis".to_owned()];
        for (text, rest) in [
            ("Hey Jarvis, what time is it?", "what time is it?"),
            ("hey, Jervis: stop", "stop"),
            ("Hey Jarvis.", ""),
            ("Oh hey Jarvis, ¿qué hora es?", "qué hora es?"),
            ("Who is Jarvis?", "Who is Jarvis?"),
            ("What does she say with hey Jarvis?", "What does she say with hey Jarvis?"),
            ("", ""),
        ] {
            assert_eq!(without_name(text, &names), rest);
        }
        assert_eq!(without_name("Hey Jarvis, stop", &[]), "Hey Jarvis, stop");
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_heard_only_its_beginning_is_taken_away(text in ".{0,60}") {
            let names = ["hey jarvis".to_owned(), "é".to_owned()];
            proptest::prop_assert!(text.ends_with(without_name(&text, &names)));
        }
    }
}
