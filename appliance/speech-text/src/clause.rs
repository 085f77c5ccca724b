//! Cutting a growing text into pieces to synthesise.
//!
//! The first piece is cut early, because somebody waits for it: at a clause boundary after [`FIRST_LETTERS`] letters,
//! or at the end of any sentence. Later pieces are sentences, since longer pieces sound better; a sentence beyond
//! [`LONG_CHARS`] is cut at a clause boundary and beyond [`ENDLESS_CHARS`] at a space. What has no such place
//! [`LONGEST_WORD_CHARS`] later is cut wherever a person could breathe.
//!
//! A [`clause`](clauses) is what a piece becomes for the voice, and never longer than [`LONGEST_CLAUSE_CHARS`]: no voice
//! has to refuse one.
//!
//! A full stop or comma only counts when white space follows, so that numbers (3.14, 1,000), times (10:30), URLs and
//! versions stay whole; abbreviations and initials are known; scripts without spaces have marks that always count. Nothing is
//! cut beside a number that may belong together: "May 5, 1999", "3. Mai", "5 km".

use crate::breath::breath;
use crate::speakable::speakable;

/// Letters that the first piece has at least, unless it is a sentence: fewer sound clipped.
const FIRST_LETTERS: usize = 10;
/// A first piece without any boundary is cut at a space after this many characters.
const FIRST_LONG_CHARS: usize = 90;
/// Beyond this many characters a comma is good enough.
const LONG_CHARS: usize = 140;
/// Beyond this many characters a space is good enough.
const ENDLESS_CHARS: usize = 280;
/// So many characters are waited for a space, where one would be good enough: longer is no word.
const LONGEST_WORD_CHARS: usize = 40;
/// The longest clause, in characters: about half a minute of speech.
pub const LONGEST_CLAUSE_CHARS: usize = 400;

/// Words after which a full stop ends no sentence, in lower case and without their last full stop.
const ABBREVIATIONS: &[&str] = &[
    "a.m", "approx", "apr", "aug", "ave", "bzw", "cf", "co", "corp", "d.h", "dec", "dept", "dr", "e.g", "est", "etc",
    "feb", "fig", "gen", "gov", "hr", "i.e", "inc", "jan", "jr", "jul", "jun", "lt", "ltd", "m", "mar", "max", "min",
    "mme", "mr", "mrs", "ms", "mt", "no", "nov", "nr", "oct", "p.m", "ph.d", "prof", "rev", "sen", "sep", "sept",
    "sgt", "sr", "sra", "st", "u.a", "u.k", "u.s", "usw", "vol", "vs", "z.b",
];

/// Names and short forms of months that stand behind "3." where that is an ordinal.
const MONTHS: &[&str] = &[
    "jan",
    "januar",
    "jänner",
    "feb",
    "februar",
    "märz",
    "mär",
    "april",
    "apr",
    "mai",
    "juni",
    "jun",
    "juli",
    "jul",
    "august",
    "aug",
    "september",
    "sept",
    "sep",
    "oktober",
    "okt",
    "november",
    "nov",
    "dezember",
    "dez",
];

/// What a voice is given at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// As it should be said: at most [`LONGEST_CLAUSE_CHARS`], with a letter or digit in it.
    pub spoken: String,
    /// As it was written, markup included; the clauses of a piece together are the piece, but for blanks. May be empty where
    /// one word became several clauses.
    pub written: String,
}

/// What is to be spoken of a piece, in clauses that any voice can take; none where nothing of it can be. Numbers and signs
/// that become words make it longer, so that one piece may be several clauses.
pub fn clauses(piece: &str, language: &str) -> Vec<Clause> {
    let whole = speakable(piece, language);
    let mut rest = whole.as_str();
    let mut spoken: Vec<&str> = Vec::new();
    while !rest.is_empty() {
        let (clause, behind) = rest.split_at(breath(rest, LONGEST_CLAUSE_CHARS));
        rest = behind;
        if clause.contains(char::is_alphanumeric) {
            spoken.push(clause.trim());
        }
    }
    let written = shared_out(piece, &spoken);
    let clause =
        |(spoken, written): (&str, &str)| Clause { spoken: spoken.to_owned(), written: written.trim().to_owned() };
    spoken.iter().copied().zip(written).map(clause).collect()
}

/// A piece in as many parts as there are clauses of it, cut at blanks by their lengths; rather a word too few than one that
/// belongs to the next.
fn shared_out<'a>(piece: &'a str, spoken: &[&str]) -> Vec<&'a str> {
    let lengths: Vec<usize> = spoken.iter().map(|clause| clause.chars().count()).collect();
    let (all, chars) = (lengths.iter().sum::<usize>().max(1), piece.chars().count());
    let mut parts = Vec::with_capacity(spoken.len());
    let (mut rest, mut taken, mut said) = (piece, 0, 0);
    for (index, length) in lengths.iter().enumerate() {
        said += length;
        let most = (chars * said / all).saturating_sub(taken);
        let fits = rest.char_indices().nth(most).map_or(rest.len(), |(end, _)| end);
        let blank = rest.get(..fits).and_then(|fits| fits.rfind(char::is_whitespace)).unwrap_or(0);
        let end = if index + 1 == lengths.len() { rest.len() } else { blank };
        let (part, behind) = rest.split_at(end);
        taken += part.chars().count();
        parts.push(part);
        rest = behind;
    }
    parts
}

/// How strong a boundary is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Boundary {
    Space,
    Clause,
    Sentence,
}

/// Takes text as a model streams it, and gives out pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClauseCutter {
    pending: String,
    first: bool,
}

impl Default for ClauseCutter {
    fn default() -> Self {
        Self { pending: String::new(), first: true }
    }
}

impl ClauseCutter {
    /// Adds text; returns the pieces that are now certain. Nothing is lost: pieces and remainder together are the text.
    pub fn push(&mut self, text: &str) -> Vec<String> {
        self.pending.push_str(text);
        let mut pieces = Vec::new();
        while let Some(end) = self.cut() {
            let rest = self.pending.split_off(end);
            pieces.push(std::mem::replace(&mut self.pending, rest));
            self.first = false;
        }
        pieces
    }

    /// What is left when no text follows.
    pub fn finish(&mut self) -> Option<String> {
        let rest = std::mem::take(&mut self.pending);
        (!rest.trim().is_empty()).then_some(rest)
    }

    /// Byte index after the first boundary that is strong enough where it stands, or where a breath has to be taken.
    fn cut(&self) -> Option<usize> {
        let longest = LONGEST_WORD_CHARS + if self.first { FIRST_LONG_CHARS } else { ENDLESS_CHARS };
        // Nothing further on is looked at, so that it does not matter whether it has come yet.
        let end = self.pending.char_indices().nth(longest + 1);
        let text = self.pending.get(..end.map_or(self.pending.len(), |(end, _)| end)).unwrap_or_default();
        let (mut letters, mut chars) = (0, 0);
        for (index, c) in text.char_indices() {
            chars += 1;
            if chars > longest {
                return Some(breath(text, longest));
            }
            // A letter of a script without spaces stands for a syllable or more.
            letters += if c.is_alphabetic() { 1 + usize::from(is_wide(c)) } else { 0 };
            let Some((boundary, end)) = boundary_at(text, index, c) else {
                continue;
            };
            let enough = match (self.first, boundary) {
                (true, Boundary::Sentence) => letters >= 2,
                (true, Boundary::Clause) => letters >= FIRST_LETTERS,
                (true, Boundary::Space) => chars >= FIRST_LONG_CHARS,
                (false, Boundary::Sentence) => letters >= 1,
                (false, Boundary::Clause) => chars >= LONG_CHARS,
                (false, Boundary::Space) => chars >= ENDLESS_CHARS,
            };
            if enough {
                return Some(end);
            }
        }
        None
    }
}

/// The boundary that the character at `index` makes, and where the piece before it ends.
fn boundary_at(text: &str, index: usize, c: char) -> Option<(Boundary, usize)> {
    let after = index + c.len_utf8();
    let rest = text.get(after..)?;
    match c {
        '\n' => return Some((Boundary::Sentence, after)),
        '。' | '！' | '？' | '।' | '۔' => return Some((Boundary::Sentence, after + closing_bytes(rest))),
        '，' | '、' | '；' | '：' => return Some((Boundary::Clause, after)),
        '—' if !rest.is_empty() => return Some((Boundary::Clause, after)),
        c if c.is_whitespace() => {
            return is_apart(text.get(..index)?, rest.chars().next()?).then_some((Boundary::Space, after));
        }
        _ => {}
    }
    let strength = match c {
        '.' if is_abbreviation(text, index) => return None,
        '.' | '!' | '?' | '؟' => Boundary::Sentence,
        '…' | ',' | ';' | ':' | '–' | '،' | '؛' => Boundary::Clause,
        _ => return None,
    };
    let end = after + closing_bytes(rest);
    // What follows must be known, or "3." might still become "3.14".
    let next = text.get(end..)?.chars().next()?;
    if !next.is_whitespace() {
        return None;
    }
    let before = text.get(..index).unwrap_or_default().trim_end();
    // A new line ends it, whatever was before.
    let behind_number = next != '\n' && before.ends_with(|c: char| c.is_ascii_digit());
    if behind_number && matches!(c, ',' | '–' | '.' | ':') {
        let behind = text.get(end + next.len_utf8()..)?;
        let belongs = match c {
            '.' => is_ordinal(before, behind)?,
            _ => behind.chars().next()?.is_ascii_digit(),
        };
        return (!belongs).then_some((strength, end));
    }
    Some((strength, end))
}

/// Whether a blank between these parts no number, nor what belongs to one, from what is beside it.
fn is_apart(before: &str, after: char) -> bool {
    // A sign at the beginning of a piece would be a list's.
    let of_number = |c: char| c.is_ascii_digit() || "$€£¥%°+-−–*/=<>~#|×÷±^".contains(c);
    !of_number(after) && !matches!(after, 'I' | 'V' | 'X') && !before.ends_with(|c| of_number(c) || c == '.')
}

/// German words before an ordinal: a noun, which has a capital letter there, does not begin a sentence.
const BEFORE_ORDINAL: &[&str] = &[
    "am", "im", "der", "die", "das", "dem", "den", "des", "vom", "zum", "zur", "beim", "seit", "ab", "mein", "sein",
    "ihr",
];

/// Whether a full stop behind a number makes an ordinal of it: "3. Mai", "im 3. Stock". `None` while the word behind it may
/// go on.
fn is_ordinal(before: &str, behind: &str) -> Option<bool> {
    let digits = before.chars().rev().take_while(char::is_ascii_digit).count();
    if digits > 2 {
        return Some(false);
    }
    let noun = before.get(..before.len() - digits).unwrap_or_default().trim_end();
    let word = noun.rsplit(char::is_whitespace).next().unwrap_or_default();
    if behind.chars().next()?.is_lowercase() || BEFORE_ORDINAL.contains(&word.to_lowercase().as_str()) {
        return Some(true);
    }
    let word_end = behind.find(|c: char| !c.is_alphabetic())?;
    Some(behind.get(..word_end).is_some_and(|word| MONTHS.contains(&word.to_lowercase().as_str())))
}

/// Whether the full stop at `index` belongs to the word before it.
fn is_abbreviation(text: &str, index: usize) -> bool {
    let before = text.get(..index).unwrap_or_default();
    let word =
        before.rsplit(|c: char| c.is_whitespace() || "(\"'“‘[«".contains(c)).next().unwrap_or_default().to_lowercase();
    let initial =
        word.chars().count() == 1 && before.chars().next_back().is_some_and(char::is_uppercase) && word != "i";
    let at_line_start = before.trim_start() == word || before.trim_end_matches(word.as_str()).ends_with('\n');
    let list_number = (1..=2).contains(&word.len()) && word.chars().all(|c| c.is_ascii_digit()) && at_line_start;
    initial || list_number || ABBREVIATIONS.contains(&word.as_str())
}

/// Bytes of closing quotes and brackets, and of repeated marks ("?!", "..."), at the beginning of `text`.
fn closing_bytes(text: &str) -> usize {
    text.chars().take_while(|c| "\"'”’»)]」』.!?…".contains(*c)).map(char::len_utf8).sum()
}

/// Letters of scripts written without spaces.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x0E00..=0x0EFF | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7AF)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cut_all(text: &str, step: usize) -> Vec<String> {
        let mut cutter = ClauseCutter::default();
        let mut pieces = Vec::new();
        let chars: Vec<char> = text.chars().collect();
        for part in chars.chunks(step) {
            pieces.extend(cutter.push(&part.iter().collect::<String>()));
        }
        pieces.extend(cutter.finish());
        pieces
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        for step in [1, 3, 1000] {
            let pieces: Vec<String> = cut_all(text, step).iter().map(|piece| piece.trim().to_owned()).collect();
            assert_eq!(pieces, expected, "in steps of {step}");
        }
    }

    #[test]
    fn the_first_piece_is_early_and_later_ones_are_sentences() {
        check(
            "Well, the weather is fine, and it stays so. Tomorrow, however, it rains. Bye",
            &["Well, the weather is fine,", "and it stays so.", "Tomorrow, however, it rains.", "Bye"],
        );
        check("Yes. It is.", &["Yes.", "It is."]);
        check("Hi, you.", &["Hi, you."]);
    }

    #[test]
    fn numbers_times_and_addresses_stay_whole() {
        check(
            "Pi is 3.14159 or so. It cost 1,000.50 euros at 10:30. See parley.example.org/a.b?c=d. Done.",
            &["Pi is 3.14159 or so.", "It cost 1,000.50 euros at 10:30.", "See parley.example.org/a.b?c=d.", "Done."],
        );
    }

    #[test]
    fn abbreviations_and_initials_end_no_sentence() {
        check(
            "I asked Dr. Smith and J. R. Tolkien, i.e. two people from the U.S. at 5 p.m. today. Good.",
            &["I asked Dr. Smith and J. R. Tolkien,", "i.e. two people from the U.S. at 5 p.m. today.", "Good."],
        );
        check("I prefer plan b. Ask the UN. They know.", &["I prefer plan b.", "Ask the UN.", "They know."]);
        check("1. Take two eggs. 2. Boil them.", &["1. Take two eggs.", "2. Boil them."]);
    }

    #[test]
    fn other_scripts_have_their_own_marks() {
        check("今天天气很好。明天会下雨。", &["今天天气很好。", "明天会下雨。"]);
        check("今天天气很好，明天会下雨。", &["今天天气很好，", "明天会下雨。"]);
        check("नमस्ते दुनिया। आप कैसे हैं?", &["नमस्ते दुनिया।", "आप कैसे हैं?"]);
        check("مرحبا بك يا صديقي، كيف حالك؟ شكرا", &["مرحبا بك يا صديقي،", "كيف حالك؟", "شكرا"]);
        check("¿Qué hora es? Son las 10:30.", &["¿Qué hora es?", "Son las 10:30."]);
    }

    #[test]
    fn quotes_stay_with_their_sentence() {
        check(
            "He said \"Stop it right now!\" Then he left... slowly.",
            &["He said \"Stop it right now!\"", "Then he left...", "slowly."],
        );
    }

    #[test]
    fn a_sentence_without_end_is_still_spoken() {
        let endless = "word ".repeat(200);
        let pieces = cut_all(&endless, 7);
        assert!(pieces.len() > 3);
        assert!(pieces.iter().all(|piece| piece.chars().count() <= ENDLESS_CHARS + 5), "{pieces:?}");
    }

    #[test]
    fn what_has_no_blank_is_spoken_in_pieces() {
        for text in ["ก".repeat(3_900), "a".repeat(1_100), format!("Say {} now.", "x1".repeat(900)), "漢字".repeat(700)]
        {
            for step in [1, 1000] {
                let pieces = cut_all(&text, step);
                assert_eq!(pieces.concat(), text);
                assert!(pieces[0].chars().count() <= FIRST_LONG_CHARS + LONGEST_WORD_CHARS, "the first is early");
                assert!(pieces.iter().all(|piece| piece.chars().count() <= ENDLESS_CHARS + LONGEST_WORD_CHARS));
            }
        }
    }

    #[test]
    fn signs_that_become_words_make_more_clauses() {
        let piece = "12*".repeat(106) + "3";
        let clauses_of = clauses(&piece, "en");
        assert!(clauses_of.len() > 1);
        assert!(clauses_of.iter().all(|clause| clause.spoken.chars().count() <= LONGEST_CLAUSE_CHARS));
        let spoken: Vec<&str> = clauses_of.iter().map(|clause| clause.spoken.as_str()).collect();
        assert_eq!(spoken.join(" "), "twelve times ".repeat(106) + "three");
        assert_eq!(clauses(" ... ", "en"), Vec::new());
    }

    #[test]
    fn what_belongs_to_a_number_stays_with_it() {
        check(
            "It was founded on May 5, 1999, in Rome. The train leaves at 3. Then we go.",
            &["It was founded on May 5, 1999,", "in Rome.", "The train leaves at 3.", "Then we go."],
        );
        check("Wir sehen uns am 3. Mai im 2. Stock. Bis dann.", &["Wir sehen uns am 3. Mai im 2. Stock.", "Bis dann."]);
        check("From 1990 – 1995 it rained, mostly.", &["From 1990 – 1995 it rained,", "mostly."]);
        let text = "word ".repeat(17) + "on May 5 it costs $ 5 million and goes on";
        check(
            &text,
            &[
                (text.split(" it costs").next().unwrap_or_default().to_owned() + " it").as_str(),
                "costs $ 5 million and goes on",
            ],
        );
    }

    #[test]
    fn what_was_written_is_shared_out_at_blanks() {
        let piece = "in 1999 and 2001, ".repeat(17);
        let clauses = clauses(&piece, "en");
        assert!(clauses.len() > 1, "{clauses:?}");
        let written: Vec<&str> = clauses.iter().map(|clause| clause.written.as_str()).collect();
        assert_eq!(written.join(" "), piece.trim());
        assert_eq!(
            super::clauses("**Paris** 😀", "en"),
            [Clause { spoken: "Paris".into(), written: "**Paris** 😀".into() }]
        );
    }

    proptest! {
        #[test]
        fn pieces_put_together_are_the_text(text in "(?s).{0,400}", step in 1usize..20) {
            let whole: String = cut_all(&text, step).concat();
            prop_assert_eq!(whole.trim_end(), text.trim_end());
        }

        #[test]
        fn pieces_do_not_depend_on_how_the_text_arrives(
            text in prop_oneof!["[a-zA-Z0-9 .,!?\n]{0,300}", "[a-c1.\")—กำเ\u{301} ]{300,900}", "([a-zก1-9]{1,200}[ .,-]){0,8}"],
            step in prop_oneof![1usize..20, 20usize..1000],
        ) {
            prop_assert_eq!(cut_all(&text, step), cut_all(&text, 1));
        }

        /// Whatever the text is, no voice refuses a clause of it, and no letter is lost.
        #[test]
        fn no_clause_is_too_long(text in prop_oneof!["(?s).{0,1500}", "[a-zก0-9*~#|]{0,1500}", "[a\u{301}]{0,1500}"]) {
            let pieces = cut_all(&text, 1000);
            let spoken: Vec<String> =
                pieces.iter().flat_map(|piece| clauses(piece, "en")).map(|clause| clause.spoken).collect();
            prop_assert!(spoken.iter().all(|clause| clause.chars().count() <= LONGEST_CLAUSE_CHARS));
            prop_assert!(spoken.iter().all(|clause| clause.contains(char::is_alphanumeric)));
        }
    }
}
