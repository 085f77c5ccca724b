//! What Parley says and understands by itself, in each language: one table for each, in a file of its own.
//!
//! A language is added by a file; the compiler names what it lacks. Nothing else in the program holds a sentence that is said
//! in a conversation. Of a language without a table the sentences are English.

mod english;
mod french;
mod german;
mod italian;
mod spanish;
mod written;

pub(crate) use written::language_of_text;

use crate::remarks::without_accent;

/// How one language is spoken with people.
#[derive(Debug)]
pub struct Language {
    /// ISO 639-1 code.
    pub code: &'static str,
    /// Who Parley is, and that it answers in this language; the beginning of every prompt.
    pub persona: &'static str,
    /// ISO 639-1 codes with what this language calls the languages that people near it speak, sorted.
    names: &'static str,
    /// What it calls any other.
    another: &'static str,
    /// Between the last two of a list.
    and: &'static str,
    /// Words that want another after them: nobody ends a sentence with one.
    leading: &'static str,
    /// Others that are in many sentences; these and the leading ones tell a text's language. An apostrophe parts two.
    frequent: &'static str,
    /// What Parley says by itself.
    pub sentences: Sentences,
    pub(crate) remarks: Remarks,
}

/// What Parley says by itself. `{spoken}` and `{known}` are languages, and filled in by the functions of [`Language`].
#[derive(Debug)]
pub struct Sentences {
    /// Somebody spoke in vain.
    pub(crate) did_not_hear: &'static str,
    /// The language model said nothing.
    pub(crate) no_answer: &'static str,
    /// Speech-to-text is out of order.
    pub(crate) cannot_hear: &'static str,
    /// The language model is out of order.
    pub(crate) cannot_think: &'static str,
    /// An effect failed.
    pub(crate) did_not_work: &'static str,
    /// The language model wanted too much done.
    pub(crate) too_many_steps: &'static str,
    /// What was typed is no question of a usual length.
    pub(crate) too_long: &'static str,
    /// There is nothing to be repeated.
    pub(crate) nothing_yet: &'static str,
    /// There is nothing more to go on with.
    pub(crate) that_was_all: &'static str,
    other_language: &'static str,
    language_of_settings: &'static str,
    /// Behind an answer that may be wrong.
    pub(crate) not_sure: &'static str,
    /// How an answer may say so itself: phrases with commas between them.
    pub(crate) doubts: &'static str,
    /// Settings were left out, since they are of no use.
    pub bad_settings: &'static str,
    /// The models that the settings name are missing.
    pub other_models: &'static str,
    /// The microphone is away.
    pub no_microphone: &'static str,
    /// Nobody is heard while Parley speaks.
    pub half_duplex: &'static str,
    /// A wake word is to be said five times.
    pub(crate) lesson_begins: &'static str,
    /// It was learnt, and is called `{name}`.
    pub(crate) lesson_learnt: &'static str,
    /// Nothing is learnt, since somebody said "stop".
    pub(crate) lesson_stopped: &'static str,
    /// Nothing was heard.
    pub(crate) lesson_unheard: &'static str,
    /// An example does not stand out.
    pub(crate) lesson_silent: &'static str,
    /// An example is too short or too long.
    pub(crate) lesson_length: &'static str,
    /// The examples are not of one word.
    pub(crate) lesson_different: &'static str,
    /// No word wakes Parley.
    pub(crate) lesson_not_here: &'static str,
    /// The word `{name}` was forgotten.
    pub(crate) word_forgotten: &'static str,
    /// No such word was taught.
    pub(crate) word_unknown: &'static str,
    /// What is wrong with loudspeaker and microphone.
    pub echo: EchoSentences,
}

/// What is wrong with loudspeaker and microphone, as their echo shows, and what to do: the hardware is named.
#[derive(Debug)]
pub struct EchoSentences {
    /// The microphone delivers nothing.
    pub no_sound: &'static str,
    /// The microphone's sound is bad by itself.
    pub microphone: &'static str,
    /// The microphone does not hear the loudspeaker.
    pub not_heard: &'static str,
    /// The microphone delivers what the loudspeaker is given.
    pub loopback: &'static str,
    /// The loudspeaker is too loud for the microphone.
    pub clips: &'static str,
    /// The loudspeaker plays too late.
    pub late: &'static str,
    /// Microphone and loudspeaker have no time in common.
    pub clocks: &'static str,
    /// Too much is left of the echo.
    pub stays: &'static str,
}

/// What people say about the conversation itself: phrases, written as sentence templates with commas between them.
///
/// `(one|other)` is one of these, `[perhaps]` may be left out, `<name>` is a rule. Write how a thing is said, and not
/// what somebody once said: a verb with all that may follow it, a class of words for a word. What is not about the
/// conversation must not fit: "stop the music" is for others. Letter case, accents and apostrophes do not matter.
#[derive(Debug)]
pub(crate) struct Remarks {
    /// Templates that others name, each above those that do.
    pub(crate) rules: &'static [(&'static str, &'static str)],
    /// Be silent.
    pub(crate) stop: &'static str,
    /// Be silent, and have patience with me.
    pub(crate) patience: &'static str,
    /// Be silent, and answer nothing of what was said in the same breath.
    pub(crate) retract: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) repeat: &'static str,
    pub(crate) louder: &'static str,
    pub(crate) quieter: &'static str,
    /// Learn a wake word.
    pub(crate) learn_word: &'static str,
    /// Forget a wake word: what comes before its name.
    pub(crate) forget_word: &'static str,
    /// I am listening, I have understood.
    pub(crate) acknowledge: &'static str,
    /// What may stand around all of the above and means nothing.
    pub(crate) polite: &'static str,
    /// What may stand around what is wanted and between its words, but not near what only acknowledges: "right now" is
    /// no "right".
    pub(crate) small: &'static str,
    /// What may stand around what is wanted: how one begins to ask for something.
    pub(crate) asking: &'static str,
}

/// All languages that have a table; the first is that of languages without one.
pub const LANGUAGES: [&Language; 5] =
    [&english::TABLE, &german::TABLE, &spanish::TABLE, &french::TABLE, &italian::TABLE];

impl Language {
    /// The table of a language (ISO 639-1).
    pub fn of(code: &str) -> Option<&'static Self> {
        LANGUAGES.into_iter().find(|language| language.code == code)
    }

    /// The same, in English where it has none.
    pub fn or_english(code: &str) -> &'static Self {
        Self::of(code).unwrap_or(LANGUAGES[0])
    }

    /// What this language calls a language.
    pub fn name(&self, code: &str) -> &'static str {
        self.names().find(|(known, _)| *known == code).map_or(self.another, |(_, name)| name)
    }

    /// Whether a word, in lower case, wants another after it.
    pub(crate) fn leads(&self, word: &str) -> bool {
        self.leading.split(' ').any(|leading| leading == word)
    }

    /// Whether a word, in lower case and perhaps without its accents, is in many sentences of this language.
    fn knows(&self, word: &str) -> bool {
        let is = |known: &str| known == word || known.chars().map(without_accent).eq(word.chars());
        self.leading.split(' ').chain(self.frequent.split(' ')).any(is)
    }

    /// A list of languages as it is said.
    pub fn list<S: AsRef<str>>(&self, codes: &[S]) -> String {
        let names: Vec<&str> = codes.iter().map(|code| self.name(code.as_ref())).collect();
        match names.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} {} {last}", others.join(", "), self.and),
            None => String::new(),
        }
    }

    /// Said to somebody who spoke a language that nobody here answers in.
    pub(crate) fn other_language<S: AsRef<str>>(&self, spoken: &str, known: &[S]) -> String {
        self.filled(self.sentences.other_language, spoken, known)
    }

    /// Said where the settings name such a language.
    pub fn language_of_settings<S: AsRef<str>>(&self, spoken: &str, known: &[S]) -> String {
        self.filled(self.sentences.language_of_settings, spoken, known)
    }

    fn filled<S: AsRef<str>>(&self, sentence: &str, spoken: &str, known: &[S]) -> String {
        sentence.replace("{spoken}", self.name(spoken)).replace("{known}", &self.list(known))
    }

    fn names(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        self.names.split(", ").filter_map(|language| language.split_once(' '))
    }
}

#[cfg(test)]
mod tests;
