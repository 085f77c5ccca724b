//! Remarks: words about the conversation itself. What to do about them needs no language model.
//!
//! The whole of what was said has to be a remark: phrases of one language's table (`languages.rs`), with only what is polite
//! or emphatic around them. "Please stop, Parley!" is one, "What is a stop sign?" is a question. All tables are asked:
//! a word or two are too short to tell their language.

use std::sync::LazyLock;

use crate::languages::{LANGUAGES, Remarks};

/// No remark has more words.
const MOST_WORDS: usize = 14;

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
    /// I am listening. While nothing is said this is an answer like any other.
    Acknowledged,
}

/// In this order they are looked for: "okay, stop" is more than "okay".
const ALL: [Remark; 6] =
    [Remark::Stop, Remark::Repeat, Remark::Louder, Remark::Quieter, Remark::GoOn, Remark::Acknowledged];

impl Remark {
    /// The remark that these words are, and nothing else.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let words = words_of(text);
        Self::of_words(&words).or_else(|| retracted(text, words.len()).then_some(Self::Stop))
    }

    /// As [`Remark::of`], of words that [`words_of`] has made.
    pub(crate) fn of_words(words: &[String]) -> Option<Self> {
        if words.is_empty() || words.len() > MOST_WORDS {
            return None;
        }
        ALL.into_iter().find(|remark| COMPARED.iter().any(|table| table.says(*remark, words)))
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

/// "Tell me a joke. No, never mind."
fn retracted(text: &str, words: usize) -> bool {
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric());
    let Some((_, last)) = text.rsplit_once(['.', '!', '?', '…']) else { return false };
    let last = words_of(last);
    let whole = !last.is_empty() && last.len() < words && last.len() <= MOST_WORDS;
    whole && COMPARED.iter().any(|table| covers(&last, &[&table.retract], &[&table.polite, &table.emphasis]))
}

type Phrases = Vec<Vec<String>>;

/// A table as it is compared.
struct Compared {
    stop: Phrases,
    retract: Phrases,
    go_on: Phrases,
    repeat: Phrases,
    louder: Phrases,
    quieter: Phrases,
    acknowledge: Phrases,
    polite: Phrases,
    emphasis: Phrases,
}

static COMPARED: LazyLock<Vec<Compared>> = LazyLock::new(|| {
    let tables = LANGUAGES.into_iter().map(|language| &language.remarks);
    tables.map(Compared::from).collect()
});

impl From<&Remarks> for Compared {
    fn from(table: &Remarks) -> Self {
        let phrases = |written: &str| written.split(", ").map(words_of).collect::<Phrases>();
        Self {
            stop: [phrases(table.stop), phrases(table.patience)].concat(),
            retract: phrases(table.retract),
            go_on: phrases(table.go_on),
            repeat: phrases(table.repeat),
            louder: phrases(table.louder),
            quieter: phrases(table.quieter),
            acknowledge: phrases(table.acknowledge),
            polite: phrases(table.polite),
            emphasis: phrases(table.emphasis),
        }
    }
}

impl Compared {
    fn says(&self, remark: Remark, words: &[String]) -> bool {
        let around: &[&Phrases] = &[&self.polite, &self.emphasis, &self.acknowledge];
        match remark {
            Remark::Stop => covers(words, &[&self.stop, &self.retract], around),
            Remark::Repeat => covers(words, &[&self.repeat], around),
            Remark::Louder => covers(words, &[&self.louder], around),
            Remark::Quieter => covers(words, &[&self.quieter], around),
            Remark::GoOn => covers(words, &[&self.go_on], around),
            Remark::Acknowledged => covers(words, &[&self.acknowledge], &[&self.polite]),
        }
    }
}

/// Whether words are phrases and nothing else, one of them at least wanted.
fn covers(words: &[String], wanted: &[&Phrases], around: &[&Phrases]) -> bool {
    // For each place whether phrases lead there, without and with a wanted one.
    let mut reached = vec![(false, false); words.len() + 1];
    reached[0].0 = true;
    for place in 0..words.len() {
        let (without, with) = reached[place];
        let rest = &words[place..];
        if !without && !with {
            continue;
        }
        for phrase in wanted.iter().copied().flatten().filter(|phrase| rest.starts_with(phrase)) {
            reached[place + phrase.len()].1 = true;
        }
        for phrase in around.iter().copied().flatten().filter(|phrase| rest.starts_with(phrase)) {
            let there = &mut reached[place + phrase.len()];
            *there = (there.0 || without, there.1 || with);
        }
    }
    reached[words.len()].1
}

/// The letter under an accent, of those that the tables' languages write.
fn without_accent(c: char) -> char {
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
