//! Where to breathe in a text that has no better boundary.
//!
//! The later half of what fits is looked at: behind a mark, at a blank, at a hyphen or stroke, between a word and a
//! number, and at last between two letters. Never within what is one letter for its reader.

/// How good a place is; the best one is taken, of equals the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Number,
    Letters,
    Change,
    Hyphen,
    /// A blank beside a number.
    Beside,
    Blank,
    Mark,
}

/// Byte index behind the best place among the first `most_chars` characters, which may be the end of the text. At least
/// one character is before it.
pub(crate) fn breath(text: &str, most_chars: usize) -> usize {
    let most_chars = most_chars.max(1);
    let Some((limit, _)) = text.char_indices().nth(most_chars) else { return text.len() };
    let mut best: Option<(Place, usize)> = None;
    let mut chars = text.char_indices().peekable();
    let (mut index, mut mark, mut numbered) = (0, false, false);
    while let Some((_, before)) = chars.next() {
        let Some((end, after)) = chars.peek().copied() else { break };
        index += 1;
        if end > limit {
            break;
        }
        mark = is_mark(before) || (mark && before.is_whitespace());
        numbered = before.is_numeric() || (numbered && (before.is_whitespace() || is_mark(before)));
        if index * 2 < most_chars {
            continue;
        }
        let place = place(before, after, mark, numbered);
        if place.is_some_and(|place| best.is_none_or(|(best, _)| place >= best)) {
            best = place.map(|place| (place, end));
        }
    }
    best.map_or(limit, |(_, end)| end)
}

/// The place between two characters. `mark`: a mark is before it, or before the blank there; `numbered`: a digit is, with or
/// without a mark.
fn place(before: char, after: char, mark: bool, numbered: bool) -> Option<Place> {
    let digits = before.is_numeric() && after.is_numeric();
    match (before, after) {
        (_, after) if after.is_whitespace() || is_part_of_letter(after) => None,
        (before, _) if joins_next(before) => None,
        (before, after) if before.is_whitespace() => Some(match (mark, after.is_numeric() || numbered) {
            (true, false) => Place::Mark,
            (false, false) => Place::Blank,
            (_, true) => Place::Beside,
        }),
        ('、' | '，' | '；' | '：' | '。' | '！' | '？' | '।' | '۔' | '،' | '؛' | '…' | '—', _) => {
            Some(Place::Mark)
        }
        ('-' | '/' | '‐' | '–' | '+' | '=' | '&' | '@' | '\\' | '|' | ')' | ']', after) if !after.is_numeric() => {
            Some(Place::Hyphen)
        }
        _ if digits => Some(Place::Number),
        (before, after) if before.is_numeric() && after.is_alphabetic() => Some(Place::Change),
        (before, after) if before.is_alphabetic() && after.is_numeric() => Some(Place::Change),
        (before, after) if before.is_lowercase() && after.is_uppercase() => Some(Place::Change),
        (before, after) if before.is_alphabetic() && after.is_alphabetic() => Some(Place::Letters),
        _ => Some(Place::Number),
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | ',' | ';' | ':' | '…' | '—' | '،' | '؛' | '؟' | '。')
}

/// Marks upon letters, vowel signs and joiners belong to the letter before them.
fn is_part_of_letter(c: char) -> bool {
    let code = u32::from(c);
    match code {
        // Nine scripts of India and its neighbours, each with the same order.
        0x0900..=0x0DFF => matches!(code % 0x80, 0x00..=0x03 | 0x3A..=0x3C | 0x3E..=0x4F | 0x51..=0x57 | 0x62..=0x63),
        0x0300..=0x036F | 0x0483..=0x0489 | 0x0591..=0x05C7 | 0x0610..=0x061A | 0x064B..=0x065F | 0x0670 => true,
        0x06D6..=0x06ED | 0x0E30..=0x0E3A | 0x0E45..=0x0E4E | 0x0EB0..=0x0EBC | 0x0EC8..=0x0ECD => true,
        0x102B..=0x103E | 0x17B4..=0x17D3 | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x200C..=0x200D => true,
        0x20D0..=0x20FF | 0x3099..=0x309A | 0xFE00..=0xFE0F | 0xFE20..=0xFE2F | 0x1F3FB..=0x1F3FF => true,
        _ => false,
    }
}

/// What is written before the letter that it belongs to: vowels of Thai and Lao, joiners, and signs that bind the next
/// consonant.
fn joins_next(c: char) -> bool {
    let code = u32::from(c);
    matches!(code, 0x0E40..=0x0E44 | 0x0EC0..=0x0EC4 | 0x200C..=0x200D | 0x17D2)
        || (matches!(code, 0x0900..=0x0DFF) && code % 0x80 == 0x4D)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, most_chars: usize, before: &str) {
        assert_eq!(text.split_at(breath(text, most_chars)).0, before);
    }

    #[test]
    fn the_best_place_is_taken() {
        check("short", 10, "short");
        check("one two, three four five", 20, "one two, three four ");
        check("one two three, four five", 20, "one two three, ");
        check("anti-inflammatory-drugs", 20, "anti-inflammatory-");
        check("abcdefgh12345678", 12, "abcdefgh");
        check("camelCaseWordsAreLong", 12, "camelCase");
        check("abcdefghijkl", 8, "abcdefgh");
        check("1234567890", 8, "12345678");
        check("3.14159265 3.14159265", 12, "3.14159265 ");
    }

    #[test]
    fn what_is_one_letter_stays_whole() {
        // Vowels of Thai stand before, above and behind their consonant; accents may be characters of their own.
        check("เเเเเเ", 3, "เเเ");
        check("กำกำ", 3, "กำ");
        check("กกเก", 3, "กก");
        check("aae\u{301}e", 3, "aa");
        check("नमस्ते", 4, "नम");
        assert_eq!(breath("a\u{301}\u{301}\u{301}\u{301}\u{301}", 3), 5, "but not without end");
    }

    proptest! {
        #[test]
        fn a_breath_is_within_the_limit_and_moves_on(text in "(?s).{1,60}", most_chars in 1_usize..40) {
            let end = breath(&text, most_chars);
            prop_assert!(end > 0 && text.is_char_boundary(end));
            prop_assert!(text[..end].chars().count() <= most_chars);
        }
    }
}
