//! Remarks: words about the conversation itself. What to do about them needs no language model.
//!
//! The whole of what was said has to be a remark: phrases of one language's table (`languages.rs`), with only what is
//! polite or emphatic around and between their words. "Please stop, Parley!" is one, "What is a stop sign?" is a
//! question. All tables are asked: a word or two are too short to tell their language. How phrases are written and
//! compared is in `template.rs`.

use std::sync::LazyLock;

use self::template::{BEGINNING, MOST_WORDS, Said, Template, Vocabulary};
use crate::languages::{LANGUAGES, Remarks};

mod template;

/// What somebody says about the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remark {
    /// Be silent; also: never mind what I asked.
    Stop,
    /// Say the last answer again.
    Repeat,
    Louder,
    Quieter,
    /// Say the rest.
    GoOn,
    /// Learn a new wake word, or one that is known once more.
    LearnWord,
    /// Forget a wake word; [`word_to_forget`] has its name.
    ForgetWord,
    /// I am listening. While nothing is said this is an answer like any other.
    Acknowledged,
}

/// In this order they are looked for: "okay, stop" is more than "okay".
const ALL: [Remark; 7] = [
    Remark::Stop,
    Remark::Repeat,
    Remark::Louder,
    Remark::Quieter,
    Remark::GoOn,
    Remark::LearnWord,
    Remark::Acknowledged,
];

impl Remark {
    /// The remark that these words are, and nothing else.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let words = words_of(text);
        Self::of_words(&words).or_else(|| retracted(text, words.len()).then_some(Self::Stop))
    }

    /// As [`Remark::of`], of words that [`words_of`] has made.
    pub(crate) fn of_words(words: &[String]) -> Option<Self> {
        let said = said(words);
        let find = |says: fn(&Compared, Self, &Said) -> bool| {
            ALL.into_iter().find(|remark| said.iter().any(|(table, said)| says(table, *remark, said)))
        };
        let whole = find(Compared::says_plainly).or_else(|| find(Compared::says));
        whole.or_else(|| name_to_forget(words).map(|_| Self::ForgetWord))
    }

    /// Whether over an answer it lets that go on.
    pub(crate) fn listens(self) -> bool {
        matches!(self, Self::GoOn | Self::Acknowledged)
    }
}

/// The words of a text as they are compared: lower case, without accents, apostrophes and marks.
pub(crate) fn words_of(text: &str) -> Vec<String> {
    let kept = text.chars().filter(|c| !matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '\u{300}'..='\u{36F}'));
    let lower = kept.flat_map(char::to_lowercase);
    let plain: String = lower.flat_map(|c| [Some(without_accent(c)), (c == 'ß').then_some('s')]).flatten().collect();
    plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// What is left of words behind their beginning, if they begin so.
pub(crate) fn words_behind(text: &str, beginning: &str) -> Option<Vec<String>> {
    let (words, beginning) = (words_of(text), words_of(beginning));
    words.strip_prefix(beginning.as_slice()).map(<[String]>::to_vec)
}

/// The name of the wake word that these words want forgotten, as they are compared; empty where they name none. Nothing where
/// they want something else.
pub(crate) fn word_to_forget(text: &str) -> Option<String> {
    let words = words_of(text);
    name_to_forget(&words).map(|name| name.join(" "))
}

fn name_to_forget(words: &[String]) -> Option<&[String]> {
    /// No name has more words.
    const LONGEST_NAME: usize = 5;
    // The shortest beginning that says it: a name may begin with what is polite.
    (1..=words.len().min(MOST_WORDS)).find_map(|length| {
        let (wish, name) = words.split_at(length);
        let forgets = name.len() <= LONGEST_NAME && said(wish).iter().any(|(table, said)| table.forgets(said));
        forgets.then_some(name)
    })
}

/// "Tell me a joke. No, never mind."
fn retracted(text: &str, words: usize) -> bool {
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let Some((_, last)) = text.rsplit_once(['.', '!', '?', '…']) else { return false };
    let last = words_of(last);
    last.len() < words && said(&last).iter().any(|(table, said)| table.retracts(said))
}

/// The words as each table looks at them that knows all.
fn said(words: &[String]) -> Vec<(&'static Compared, Said)> {
    let length = 1..=MOST_WORDS;
    let tables = COMPARED.iter().filter(|_| length.contains(&words.len()));
    tables.filter_map(|table| Some((table, table.vocabulary.said(words)?))).collect()
}

/// A table as it is compared.
struct Compared {
    vocabulary: Vocabulary,
    /// With patience and retractions.
    stop: Template,
    retract: Template,
    go_on: Template,
    repeat: Template,
    louder: Template,
    quieter: Template,
    learn_word: Template,
    forget_word: Template,
    acknowledge: Template,
    polite: Template,
    small: Template,
    /// What may stand around what is wanted.
    plain: Template,
    /// The same with what acknowledges.
    around: Template,
}

static COMPARED: LazyLock<Vec<Compared>> = LazyLock::new(|| {
    let tables = LANGUAGES.into_iter().map(|language| &language.remarks);
    tables.map(Compared::from).collect()
});

impl From<&Remarks> for Compared {
    fn from(table: &Remarks) -> Self {
        let mut vocabulary = Vocabulary::default();
        for (name, template) in table.rules {
            // What names a malformed rule is malformed itself.
            let _ = vocabulary.rule(name, template);
        }
        let mut phrases = |field: &str| vocabulary.phrases(field);
        let (acknowledge, polite, small) = (phrases(table.acknowledge), phrases(table.polite), phrases(table.small));
        let retract = phrases(table.retract);
        let plain = Template::any([polite.clone(), small.clone(), phrases(table.asking)]);
        Self {
            stop: Template::any([phrases(table.stop), phrases(table.patience), retract.clone()]),
            retract,
            go_on: phrases(table.go_on),
            repeat: phrases(table.repeat),
            louder: phrases(table.louder),
            quieter: phrases(table.quieter),
            learn_word: phrases(table.learn_word),
            forget_word: phrases(table.forget_word),
            around: Template::any([plain.clone(), acknowledge.clone()]),
            acknowledge,
            polite,
            small,
            plain,
            vocabulary,
        }
    }
}

impl Compared {
    /// Says what is wanted, perhaps with acknowledgements around, or says some.
    fn says(&self, remark: Remark, said: &Said) -> bool {
        match self.wanted(remark) {
            Some(wanted) => covers(said, wanted, &self.around, Some(&self.small)),
            None => covers(said, &self.acknowledge, &self.polite, None),
        }
    }

    /// Says what is wanted with no acknowledgement around, or says one: "fair enough" is not "fair" and "enough".
    fn says_plainly(&self, remark: Remark, said: &Said) -> bool {
        if let Some(wanted) = self.wanted(remark) {
            return covers(said, wanted, &self.plain, Some(&self.small));
        }
        let acknowledged = self.acknowledge.ends(self.polite.repeated(BEGINNING, said), said, None);
        self.polite.repeated(acknowledged, said) & said.end != 0
    }

    /// How it is said, unless it wants nothing.
    fn wanted(&self, remark: Remark) -> Option<&Template> {
        match remark {
            Remark::Stop => Some(&self.stop),
            Remark::Repeat => Some(&self.repeat),
            Remark::Louder => Some(&self.louder),
            Remark::Quieter => Some(&self.quieter),
            Remark::GoOn => Some(&self.go_on),
            Remark::LearnWord => Some(&self.learn_word),
            Remark::ForgetWord => Some(&self.forget_word),
            Remark::Acknowledged => None,
        }
    }

    fn forgets(&self, said: &Said) -> bool {
        covers(said, &self.forget_word, &self.plain, Some(&self.small))
    }

    fn retracts(&self, said: &Said) -> bool {
        covers(said, &self.retract, &self.plain, Some(&self.small))
    }
}

/// Whether the words are phrases and nothing else, one of them at least wanted.
fn covers(said: &Said, wanted: &Template, around: &Template, small: Option<&Template>) -> bool {
    let mut with = wanted.ends(around.repeated(BEGINNING, said), said, small);
    loop {
        let further = around.repeated(with | wanted.ends(with, said, small), said);
        if further == with {
            return with & said.end != 0;
        }
        with = further;
    }
}

/// The letter under an accent, of those that the tables' languages write.
pub(crate) fn without_accent(c: char) -> char {
    match c {
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        'ß' => 's',
        c => c,
    }
}

#[cfg(test)]
mod tests;
