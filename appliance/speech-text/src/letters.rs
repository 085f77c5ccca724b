//! Letters in disguise, emoji and what has no sound at all.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::decompose_compatible;

use crate::reading::FRACTION_STROKE;
use crate::reading::number::NARROW_BLANK;

/// The text with ordinary letters, and without emoji and invisible characters. Where numbers are read, raised and lowered
/// digits, characters for fractions and narrow blanks within numbers become what reading knows.
pub(super) fn plain(text: &str, numbers_are_read: bool) -> String {
    let undisguised = undisguised(text, numbers_are_read);
    let chars: Vec<char> = undisguised.chars().collect();
    let mut plain = String::with_capacity(text.len());
    // Something was taken away since the last character.
    let mut gap = false;
    for (index, c) in chars.iter().copied().enumerate() {
        let before = index.checked_sub(1).and_then(|index| chars.get(index)).copied();
        let after = chars.get(index + 1).copied();
        match c {
            NARROW_BLANK | '\u{A0}' | '\u{2007}' | '\u{2009}'
                if numbers_are_read && is_within_number(&chars, index) =>
            {
                plain.push(NARROW_BLANK);
            }
            c if c.is_whitespace() => plain.push(' '),
            // Persian and Hindi need them, emoji use them.
            '\u{200C}' | '\u{200D}' => match (before, after) {
                (Some(before), Some(after)) if !before.is_ascii() && is_of_word(before) && is_of_word(after) => {
                    plain.push(c)
                }
                _ => {}
            },
            '\u{00AD}' | '\u{2060}' => {}
            c if is_for_eyes(c) => gap = true,
            c => {
                if gap && c.is_alphanumeric() && plain.ends_with(char::is_alphanumeric) {
                    plain.push(' ');
                }
                gap = false;
                plain.push(c);
            }
        }
    }
    plain
}

/// The text without what a terminal takes for colours, places and links: of each such sequence only its first character is
/// left, which is for no ears.
pub(super) fn without_escapes(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        left.push(c);
        match (c, chars.peek()) {
            ('\u{1B}', Some('[')) => {
                chars.next();
                skip_control(&mut chars);
            }
            ('\u{9B}', _) => skip_control(&mut chars),
            // A link or a title, up to a bell, or to the next such character.
            ('\u{1B}', Some(']')) => while chars.next_if(|c| !matches!(c, '\u{7}' | '\u{1B}' | '\u{9C}')).is_some() {},
            ('\u{1B}', Some('\\')) => drop(chars.next()),
            _ => {}
        }
    }
    left
}

/// Numbers, and the letter that says what they do.
fn skip_control(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while chars.next_if(|c| matches!(c, '0'..='?' | ' '..='/')).is_some() {}
    chars.next_if(|c| matches!(c, '@'..='~'));
}

/// A letter or a part of one, such as a vowel's sign, and no emoji.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(u32::from(c), 0x0300..=0x036F | 0x064B..=0x065F | 0x0900..=0x0DFF)
}

/// Whether a digit is before this place, and three of them behind.
fn is_within_number(chars: &[char], at: usize) -> bool {
    let digit = |at: usize| chars.get(at).is_some_and(char::is_ascii_digit);
    at > 0 && digit(at - 1) && (1..4).all(|ahead| digit(at + ahead)) && !digit(at + 4)
}

/// Letters and digits that are ordinary ones and look otherwise.
fn undisguised(text: &str, numbers_are_read: bool) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut raised = false;
    let mut apart = false;
    for c in text.chars() {
        if std::mem::take(&mut apart) && c.is_alphanumeric() {
            plain.push(' ');
        }
        let is_raised = numbers_are_read && matches!(u32::from(c), 0xB9 | 0x2070 | 0x2074..=0x207B);
        // The mark of a footnote: "so.¹"
        let ended = plain.strip_suffix(['"', '”']).unwrap_or(&plain).ends_with(['.', ',', ';', '!', '?']);
        if ended && !raised && (is_raised || matches!(c, '²' | '³')) {
            continue;
        }
        match u32::from(c) {
            // Several raised digits are one power; "²" and "³" alone have names.
            _ if is_raised || (raised && matches!(c, '²' | '³')) => {
                if !raised && !plain.ends_with('^') {
                    plain.push('^');
                }
                decompose_compatible(c, |c| plain.push(if c == '−' { '-' } else { c }));
                raised = true;
                continue;
            }
            0x2080..=0x2089 if numbers_are_read => {
                if plain.ends_with(char::is_alphabetic) {
                    plain.push(' ');
                }
                decompose_compatible(c, |c| plain.push(c));
                apart = true;
            }
            // A stroke of its own kind, so that no number before it joins: "2½".
            0xBC..=0xBE | 0x2150..=0x215E | 0x2189 if numbers_are_read => {
                if plain.ends_with(char::is_alphanumeric) {
                    plain.push(' ');
                }
                decompose_compatible(c, |c| plain.push(c));
                apart = true;
            }
            // Numbers in circles.
            0x2460..=0x249B | 0x24EA..=0x24FF | 0x2776..=0x2793 => {
                if plain.ends_with(char::is_alphanumeric) {
                    plain.push(' ');
                }
                plain.push_str(&circled(c));
                apart = true;
            }
            _ => ordinary(c, &mut plain),
        }
        raised = false;
    }
    debug_assert!(!numbers_are_read || FRACTION_STROKE == '\u{2044}');
    // An accent by itself was over a letter in disguise, and tables know letters with theirs.
    if plain.contains(|c| matches!(c, '\u{300}'..='\u{345}')) { plain.nfc().collect() } else { plain }
}

fn circled(c: char) -> String {
    match u32::from(c) {
        code @ 0x2776..=0x2793 => ((code - 0x2776) % 10 + 1).to_string(),
        code @ 0x24EB..=0x24F4 => (code - 0x24EB + 11).to_string(),
        code @ 0x24F5..=0x24FE => (code - 0x24F5 + 1).to_string(),
        0x24EA | 0x24FF => "0".to_owned(),
        code @ 0x2488..=0x249B => format!("{}.", code - 0x2488 + 1),
        code @ 0x2474..=0x2487 => (code - 0x2474 + 1).to_string(),
        code => (code - 0x2460 + 1).to_string(),
    }
}

/// Small capitals in the order of the alphabet.
const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡxʏᴢ";

/// One letter as an ordinary one: full width, mathematical, raised, in circles and squares, small capitals, ligatures. Lines
/// through a letter go.
fn ordinary(c: char, plain: &mut String) {
    let code = u32::from(c);
    let letter = |offset: u32| char::from_u32(u32::from(b'A') + offset % 26);
    let styled = match code {
        0x00..=0x7F => Some(c),
        0x0332..=0x0338 | 0x0305 | 0x0489 | 0x20DD..=0x20E0 => return,
        0x1F130..=0x1F149 => letter(code - 0x1F130),
        0x1F150..=0x1F169 => letter(code - 0x1F150),
        0x1F170..=0x1F189 => letter(code - 0x1F170),
        0x2102
        | 0x2103
        | 0x2109..=0x211D
        | 0x2124..=0x2134
        | 0x2139
        | 0x213C..=0x2149
        | 0x24B6..=0x24E9
        | 0xFB00..=0xFB06
        | 0xFF01..=0xFF5E
        | 0xFFE0..=0xFFE6
        | 0x1D400..=0x1D7FF
        | 0x02B0..=0x02B8
        | 0x02E1..=0x02E3
        | 0x1D2C..=0x1D61
        | 0x1D62..=0x1D6A
        | 0x2160..=0x217F
        | 0x2090..=0x209C => None,
        _ => match SMALL_CAPITALS.chars().position(|small| small == c) {
            Some(index) if c != 'x' => {
                u32::try_from(index).ok().and_then(|index| char::from_u32(u32::from(b'a') + index))
            }
            _ => Some(c),
        },
    };
    match (styled, code) {
        (Some(c), _) => plain.push(c),
        // It is no sign of information here: "ℹ" is for eyes.
        (None, 0x2139) => plain.push(c),
        (None, _) => decompose_compatible(c, |c| plain.push(c)),
    }
}

/// What is seen and never said: control characters, emoji, arrows excepted, shapes, what is not assigned to anything.
pub(super) fn is_for_eyes(c: char) -> bool {
    c.is_control()
        || (!is_arrow(c) && !is_accidental(c))
            && matches!(
                u32::from(c),
                0x200B | 0x200E..=0x200F | 0x202A..=0x202E | 0x2061..=0x206F | 0x20E3 | 0x2139 | 0x2300..=0x23FF
                | 0x24C2 | 0x2500..=0x27BF | 0x2B00..=0x2BFF | 0x3030 | 0x303D | 0x3297 | 0x3299 | 0xE000..=0xF8FF
                | 0xFE00..=0xFE0F | 0xFEFF | 0xFFF9..=0xFFFD | 0x1F000..=0x1FBFF | 0xE0000..=0x10_FFFF
            )
}

pub(super) fn is_arrow(c: char) -> bool {
    matches!(u32::from(c), 0x2190..=0x21FF | 0x2794 | 0x2798..=0x27AF | 0x27B1..=0x27BE | 0x27F0..=0x27FF | 0x2900..=0x297F | 0x2B05..=0x2B11)
}

/// Sharp and flat.
pub(super) fn is_accidental(c: char) -> bool {
    matches!(c, '♯' | '♭')
}
