//! Signs: which are markup, and what the others mean.

use crate::letters::{is_accidental, is_arrow};

/// What signs are called in a language.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Words {
    times: &'static str,
    power: &'static str,
    about: &'static str,
    /// Between two numbers: from one to the other.
    to: &'static str,
    number: &'static str,
    or: &'static str,
    sharp: &'static str,
    flat: &'static str,
    pub(super) more: &'static str,
}

impl Words {
    /// `None` for a language without such a table.
    pub(super) fn of(language: &str) -> Option<Self> {
        let [times, power, about, to, number, or, sharp, flat, more] = match language {
            "en" => ["times", "to the power of", "about", "to", "number", "or", "sharp", "flat", "greater than"],
            "de" => ["mal", "hoch", "etwa", "bis", "Nummer", "oder", "Kreuz", "B", "größer als"],
            "es" => ["por", "elevado a", "unos", "a", "número", "o", "sostenido", "bemol", "mayor que"],
            "fr" => ["fois", "puissance", "environ", "à", "numéro", "ou", "dièse", "bémol", "supérieur à"],
            "it" => ["per", "elevato a", "circa", "a", "numero", "o", "diesis", "bemolle", "maggiore di"],
            _ => return None,
        };
        Some(Self { times, power, about, to, number, or, sharp, flat, more })
    }
}

/// What becomes of a sign.
enum Meaning {
    Word(&'static str),
    /// Markup, or a sign without a word.
    Nothing,
    /// A short silence.
    Pause,
    /// It is no sign of ours.
    Itself,
}

/// The line with its signs as words, and without markup.
pub(super) fn spoken(line: &str, words: Option<&Words>) -> String {
    let chars: Vec<char> = unescaped(line);
    let (mut spoken, mut at, mut opened) = (String::with_capacity(line.len()), 0, Vec::new());
    let last_word = chars.iter().rposition(|c| c.is_alphanumeric());
    // Markup was taken away since the last character.
    let mut gap = false;
    while let Some(c) = chars.get(at).copied() {
        let length = if is_arrow(c) || is_accidental(c) { 1 } else { run(&chars, at) };
        let sign = Sign { chars: &chars, at, length };
        let (meaning, length) = match sign.arrow() {
            Some(length) => (Meaning::Pause, length),
            None => (sign.meaning(c, words, &mut opened), length),
        };
        at += length;
        let next = chars.get(at).copied();
        if std::mem::take(&mut gap)
            && matches!(meaning, Meaning::Itself)
            && c.is_alphanumeric()
            && spoken.ends_with(char::is_alphanumeric)
        {
            spoken.push(' ');
        }
        match meaning {
            Meaning::Itself => spoken.extend(chars.get(at - length..at).unwrap_or_default()),
            Meaning::Word(word) => {
                spoken.push(' ');
                spoken.push_str(word);
                if next.is_some_and(|next| !".,;:!?)".contains(next)) {
                    spoken.push(' ');
                }
            }
            Meaning::Nothing => gap = true,
            Meaning::Pause => {
                let written = spoken.trim_end().len();
                spoken.truncate(written);
                spoken.push_str(
                    if last_word.is_some_and(|last| at <= last) && spoken.ends_with(char::is_alphanumeric) {
                        ", "
                    } else {
                        " "
                    },
                );
            }
        }
    }
    spoken
}

/// The characters; a backslash makes a sign after it an ordinary one, and is otherwise none.
fn unescaped(line: &str) -> Vec<char> {
    let mut chars = line.chars().peekable();
    let mut unescaped = Vec::with_capacity(line.len());
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(next)) if next.is_ascii_punctuation() && *next != '\\' => {}
            ('\\' | '_', _) => unescaped.push(' '),
            _ => unescaped.push(c),
        }
    }
    unescaped
}

fn is_mark(c: char) -> bool {
    matches!(c, '*' | '`' | '~' | '|' | '#' | '^')
}

/// How often the character at this place is repeated, where it is a mark.
fn run(chars: &[char], at: usize) -> usize {
    let from = chars.get(at..).unwrap_or_default();
    match from.first() {
        Some(c) if is_mark(*c) => from.iter().take_while(|other| *other == c).count(),
        _ => 1,
    }
}

/// A run of one mark, and what is around it.
struct Sign<'a> {
    chars: &'a [char],
    at: usize,
    length: usize,
}

impl Sign<'_> {
    /// The length of an arrow of several characters: `->`, `=>`, `-->`.
    fn arrow(&self) -> Option<usize> {
        let from = self.chars.get(self.at..)?;
        let shaft = from.iter().take_while(|c| matches!(**c, '-' | '=')).count();
        (shaft > 0 && from.get(shaft) == Some(&'>') && !self.before().is_some_and(|c| matches!(c, '-' | '=' | '<')))
            .then_some(shaft + 1)
    }

    fn before(&self) -> Option<char> {
        self.at.checked_sub(1).and_then(|at| self.chars.get(at)).copied()
    }

    fn after(&self) -> Option<char> {
        self.chars.get(self.at + self.length).copied()
    }

    fn meaning(&self, c: char, words: Option<&Words>, opened: &mut Vec<(char, usize)>) -> Meaning {
        let word = |of: fn(&Words) -> &'static str| words.map_or(Meaning::Nothing, |words| Meaning::Word(of(words)));
        match c {
            c if is_arrow(c) => Meaning::Pause,
            '•' | '·' if self.is_spaced() => Meaning::Pause,
            '♯' if self.is_behind_note() => word(|words| words.sharp),
            '♭' if self.is_behind_note() => word(|words| words.flat),
            '♯' | '♭' => Meaning::Nothing,
            '*' | '~' if self.closes(c, opened) => Meaning::Nothing,
            '*' if self.is_between_operands() => match self.length {
                1 => word(|words| words.times),
                2 => word(|words| words.power),
                _ => Meaning::Nothing,
            },
            '^' if self.is_between_operands() => word(|words| words.power),
            '^' if self.before().is_none_or(|c| !c.is_alphanumeric()) => Meaning::Itself,
            '~' if self.length == 1 && self.after().is_some_and(|c| c.is_ascii_digit()) => match self.before() {
                Some(before) if before.is_ascii_digit() => word(|words| words.to),
                Some(before) if before.is_alphanumeric() => Meaning::Nothing,
                _ => word(|words| words.about),
            },
            '~' if self.length == 1 && self.is_between_operands() => word(|words| words.to),
            '#' if self.length == 1 && self.is_behind_note() => word(|words| words.sharp),
            '#' if self.length == 1
                && self.after().is_some_and(|c| c.is_ascii_digit())
                && !self.before().is_some_and(char::is_alphanumeric) =>
            {
                word(|words| words.number)
            }
            '|' if self.before().is_some_and(char::is_alphanumeric)
                && self.after().is_some_and(char::is_alphanumeric) =>
            {
                word(|words| words.or)
            }
            '|' => Meaning::Pause,
            c if is_mark(c) => Meaning::Nothing,
            _ => Meaning::Itself,
        }
    }

    /// Whether this run closes what one like it has opened; one that opens is remembered.
    fn closes(&self, c: char, opened: &mut Vec<(char, usize)>) -> bool {
        let is_free_before = self.before().is_none_or(|c| c.is_whitespace() || "([{\"'“‘«*~".contains(c));
        let is_word_after = self.after().is_some_and(|c| !c.is_whitespace());
        if !is_free_before && let Some(place) = opened.iter().position(|mark| *mark == (c, self.length)) {
            opened.truncate(place);
            return true;
        }
        if is_free_before && is_word_after {
            opened.push((c, self.length));
        }
        false
    }

    fn is_spaced(&self) -> bool {
        self.before() == Some(' ') && self.after() == Some(' ')
    }

    /// Whether it stands between numbers, letters alone or brackets, with blanks on both sides or on none.
    fn is_between_operands(&self) -> bool {
        let blank = usize::from(self.is_spaced());
        let place = |at: Option<usize>| at.and_then(|at| self.chars.get(at)).copied();
        let (left, right) = (self.at.checked_sub(1 + blank), self.at + self.length + blank);
        let (Some(before), Some(after)) = (place(left), place(Some(right))) else { return false };
        let beyond_left = place(left.and_then(|at| at.checked_sub(1)));
        let beyond_right = place(Some(right + 1));
        let is_alone = |c: char, beyond: Option<char>| c.is_alphabetic() && !beyond.is_some_and(char::is_alphanumeric);
        let is_negative = after == '-' && beyond_right.is_some_and(|c| c.is_ascii_digit());
        let left = before.is_numeric() || before == ')' || is_alone(before, beyond_left);
        let right = after.is_numeric() || after == '(' || is_negative || is_alone(after, beyond_right);
        let is_sum = before.is_numeric() || after.is_numeric() || is_negative || (before, after) == (')', '(');
        left && right && (is_sum || (before.is_alphabetic() && after.is_alphabetic()))
    }

    /// Whether a capital letter alone stands before it, and no letter or digit behind: "C#", "F♯ minor".
    fn is_behind_note(&self) -> bool {
        let beyond = self.at.checked_sub(2).and_then(|at| self.chars.get(at));
        self.before().is_some_and(|c| c.is_ascii_uppercase())
            && !beyond.is_some_and(|c| c.is_alphanumeric())
            && !self.after().is_some_and(char::is_alphanumeric)
    }
}
