//! Letters in disguise, emoji and what has no sound at all.

/// The text with ordinary letters, and without emoji and invisible characters.
pub(super) fn plain(text: &str) -> String {
    let chars: Vec<char> = text.chars().map(undisguised).collect();
    let mut plain = String::with_capacity(text.len());
    for (index, c) in chars.iter().copied().enumerate() {
        let before = index.checked_sub(1).and_then(|index| chars.get(index)).copied();
        let after = chars.get(index + 1).copied();
        match c {
            c if c.is_whitespace() => plain.push(' '),
            // Persian and Hindi need them, emoji use them.
            '\u{200C}' | '\u{200D}' => match (before, after) {
                (Some(before), Some(after)) if !before.is_ascii() && is_of_word(before) && is_of_word(after) => {
                    plain.push(c)
                }
                _ => {}
            },
            '\u{00AD}' | '\u{2060}' => {}
            c if is_for_eyes(c) => {
                let next = chars.get(index..).unwrap_or_default().iter().find(|c| !is_for_eyes(**c));
                if plain.ends_with(char::is_alphanumeric) && next.is_some_and(|c| c.is_alphanumeric()) {
                    plain.push(' ');
                }
            }
            c => plain.push(c),
        }
    }
    plain
}

/// A letter or a part of one, such as a vowel's sign, and no emoji.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(u32::from(c), 0x0300..=0x036F | 0x064B..=0x065F | 0x0900..=0x0DFF)
}

/// Full width and mathematical letters and digits are ordinary ones that look otherwise.
fn undisguised(c: char) -> char {
    let code = u32::from(c);
    let ordinary = match code {
        0xFF01..=0xFF5E => code - 0xFEE0,
        0x1D400..=0x1D6A3 => match (code - 0x1D400) % 52 {
            capital @ 0..=25 => u32::from(b'A') + capital,
            small => u32::from(b'a') + small - 26,
        },
        0x1D7CE..=0x1D7FF => u32::from(b'0') + (code - 0x1D7CE) % 10,
        0x210E => u32::from(b'h'),
        _ => return c,
    };
    char::from_u32(ordinary).unwrap_or(c)
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
