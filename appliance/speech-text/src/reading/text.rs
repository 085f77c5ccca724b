//! A line of text by its characters, and what is asked of the neighbourhood of a place. All of it looks at a bounded
//! number of characters, but for the length of a run of digits.

/// Words longer than this are none that a table knows.
const LONGEST_WORD_CHARS: usize = 40;

/// A line by its characters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text<'a> {
    pub(crate) chars: &'a [char],
    /// Any letter is in it: a number alone has no context.
    pub(crate) has_words: bool,
}

impl<'a> Text<'a> {
    pub(crate) fn new(chars: &'a [char]) -> Self {
        Self { chars, has_words: chars.iter().any(|c| c.is_alphabetic()) }
    }

    pub(crate) fn at(&self, at: usize) -> Option<char> {
        self.chars.get(at).copied()
    }

    pub(crate) fn before(&self, at: usize) -> Option<char> {
        at.checked_sub(1).and_then(|at| self.at(at))
    }

    pub(crate) fn is_digit(&self, at: usize) -> bool {
        self.at(at).is_some_and(|c| c.is_ascii_digit())
    }

    pub(crate) fn is_alphanumeric(&self, at: usize) -> bool {
        self.at(at).is_some_and(char::is_alphanumeric)
    }

    /// Where the digits end that begin here.
    pub(crate) fn digits_end(&self, at: usize) -> usize {
        at + self.chars.get(at..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count()
    }

    pub(crate) fn string(&self, from: usize, to: usize) -> String {
        self.chars.get(from..to).unwrap_or_default().iter().collect()
    }

    /// Whether this stands here.
    pub(crate) fn starts(&self, at: usize, with: &str) -> bool {
        let mut here = self.chars.get(at..).unwrap_or_default().iter();
        with.chars().all(|c| here.next() == Some(&c))
    }

    /// Where this ends if it stands here, small or large, and nothing alphanumeric follows a letter or digit of it.
    pub(crate) fn eat(&self, at: usize, word: &str) -> Option<usize> {
        let mut end = at;
        for c in word.chars() {
            let here = self.at(end)?;
            if here != c && !here.to_lowercase().eq(c.to_lowercase()) {
                return None;
            }
            end += 1;
        }
        self.is_end(end).then_some(end)
    }

    /// As [`Self::eat`], with its own case.
    pub(crate) fn eat_exactly(&self, at: usize, word: &str) -> Option<usize> {
        let end = at + word.chars().count();
        (self.starts(at, word) && self.is_end(end)).then_some(end)
    }

    /// Whether a word may end here.
    pub(crate) fn is_end(&self, at: usize) -> bool {
        !(self.is_alphanumeric(at) && self.before(at).is_some_and(char::is_alphanumeric))
    }

    pub(crate) fn skip_blank(&self, at: usize) -> usize {
        at + usize::from(self.at(at) == Some(' '))
    }

    /// The letters that begin here; empty where there are too many for a word.
    pub(crate) fn word(&self, at: usize) -> String {
        let letters = self.chars.get(at..).unwrap_or_default().iter().take(LONGEST_WORD_CHARS);
        letters.take_while(|c| c.is_alphabetic() || **c == '\'').collect()
    }

    /// The word behind a blank; empty where there is none.
    pub(crate) fn next_word(&self, at: usize) -> String {
        if self.at(at) == Some(' ') { self.word(at + 1) } else { String::new() }
    }

    /// The letters that end here, behind at most one blank.
    pub(crate) fn previous_word(&self, at: usize) -> String {
        self.previous_word_from(at).0
    }

    /// The word before, and where it begins.
    pub(crate) fn previous_word_from(&self, at: usize) -> (String, usize) {
        let mut end = at;
        if self.before(end).is_some_and(|c| " (\"“'".contains(c)) {
            end -= 1;
        }
        if self.before(end) == Some(' ') {
            end -= 1;
        }
        // The full stop of an abbreviation, not a sentence's.
        let stop = usize::from(self.before(end) == Some('.'));
        let mut start = end - stop;
        while end - start < LONGEST_WORD_CHARS && self.before(start).is_some_and(|c| c.is_alphabetic() || c == '\'') {
            start -= 1;
        }
        let word = self.string(start, end - stop);
        (if stop == 1 && word.chars().count() > 4 { String::new() } else { word }, start)
    }

    /// Whether a dash stands here; of those with blanks around it where it ends.
    pub(crate) fn dash(&self, at: usize) -> Option<(usize, bool)> {
        let spaced = usize::from(self.at(at) == Some(' '));
        let dash = self.at(at + spaced).filter(|c| matches!(c, '-' | '‐' | '‑' | '–' | '—'))?;
        let end = at + spaced + 1;
        let is_spaced = spaced == 1 && self.at(end) == Some(' ');
        match dash {
            _ if is_spaced => Some((end + 1, true)),
            _ if spaced == 0 && self.at(end) != Some(' ') => Some((end, false)),
            _ => None,
        }
    }

    /// Whether a quote that stands here closes one that was opened not long before.
    pub(crate) fn is_quoted(&self, at: usize) -> bool {
        let near = self.chars.get(at.saturating_sub(300)..at).unwrap_or_default();
        near.iter().filter(|c| **c == '"').count() % 2 == 1
    }

    /// Whether a sentence ends here: nothing follows, or a capital letter behind a blank.
    pub(crate) fn is_sentence_end(&self, at: usize) -> bool {
        let rest = self.chars.get(at..).unwrap_or_default();
        let mut rest = rest.iter().skip_while(|c| matches!(c, '"' | '”' | '’' | ')' | '\''));
        match rest.next() {
            None => true,
            Some(' ') => rest.find(|c| !"\"“‘'(".contains(**c)).is_none_or(|c| c.is_uppercase()),
            Some(_) => false,
        }
    }
}

/// Whether a list has the word, in lower case.
pub(crate) fn has(list: &[&str], word: &str) -> bool {
    !word.is_empty() && list.contains(&word.to_lowercase().as_str())
}
