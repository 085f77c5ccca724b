//! Ordinals of digits: 1st, 22nd, 1,000th; where the language writes them so, 3.

use super::number::number;
use super::text::Text;
use crate::found::Found;
use crate::language::Table;

/// An ordinal that begins here.
pub(super) fn ordinal(text: Text<'_>, at: usize, table: &Table) -> Option<(Found, usize)> {
    let (number, end) = number(text, at, table)?;
    let value = number.value().filter(|_| number.fraction.is_none())?;
    let value = u64::try_from(value).ok()?;
    if let Some(end) = table.ordinal_endings.iter().find_map(|ending| text.eat(end, ending)) {
        return Some((Found::Ordinal(value), end));
    }
    // "im 3. Stock": a word in the middle of a sentence follows, and no point of a list is before it.
    let stop = table.ordinal_stop && text.at(end) == Some('.') && at > 0 && value < 1_000;
    let next = text.next_word(end + 1);
    (stop && !next.is_empty() && next.starts_with(char::is_lowercase)).then_some((Found::Ordinal(value), end + 1))
}
