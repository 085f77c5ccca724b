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
//! versions stay whole; abbreviations and initials are known; scripts without spaces have marks that always count.

use super::breath::breath;
use super::speakable::speakable;

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

/// What is to be spoken of a piece, in clauses that any voice can take; none where nothing of it can be. Signs that become
/// words make it longer, so that one piece may be several clauses.
pub fn clauses(piece: &str, language: &str) -> Vec<String> {
    let mut text = speakable(piece, language);
    let mut clauses = Vec::new();
    while !text.is_empty() {
        let rest = text.split_off(breath(&text, LONGEST_CLAUSE_CHARS));
        let clause = std::mem::replace(&mut text, rest);
        if clause.contains(char::is_alphanumeric) {
            clauses.push(clause.trim().to_owned());
        }
    }
    clauses
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
        c if c.is_whitespace() => return Some((Boundary::Space, after)),
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
    next.is_whitespace().then_some((strength, end))
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
        let spoken = clauses(&piece, "en");
        assert!(spoken.len() > 1 && spoken.iter().all(|clause| clause.chars().count() <= LONGEST_CLAUSE_CHARS));
        assert_eq!(spoken.join(" "), "12 times ".repeat(106) + "3");
        assert_eq!(clauses(" ... ", "en"), Vec::<String>::new());
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
            let spoken: Vec<String> = pieces.iter().flat_map(|piece| clauses(piece, "en")).collect();
            prop_assert!(spoken.iter().all(|clause| clause.chars().count() <= LONGEST_CLAUSE_CHARS));
            prop_assert!(spoken.iter().all(|clause| clause.contains(char::is_alphanumeric)));
        }
    }
}
