//! What stands at the beginning of a line: headings, quotations, lists, fences around code.

use crate::signs::Words;

/// What is left of a line.
pub(super) struct Line<'a> {
    /// What the sign at its beginning means; empty where it was markup.
    pub(super) sign: &'static str,
    pub(super) rest: &'a str,
}

/// Points of lists.
const BULLETS: &str = "*-+•◦‣⁃∙·▪▫●○■□◆◇►▸➢➤✓✔✗✘";

/// The line without its markup; `None` where it is nothing else.
pub(super) fn without_markup<'a>(line: &'a str, words: Option<&Words>) -> Option<Line<'a>> {
    let mut rest = line.trim_start();
    if is_fence(rest) {
        return None;
    }
    while let Some(quoted) = rest.strip_prefix('>') {
        let after = quoted.trim_start();
        if let (Some(words), true) = (words, after.starts_with(|c: char| c.is_ascii_digit())) {
            return Some(Line { sign: words.more, rest: after });
        }
        if quoted.starts_with('=') || after.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        rest = after;
    }
    let title = rest.trim_start_matches('#');
    if title.len() < rest.len() && title.starts_with(char::is_whitespace) {
        rest = title.trim_start();
    }
    let point = rest.strip_prefix(|c| BULLETS.contains(c)).filter(|after| after.starts_with(char::is_whitespace));
    if let Some(point) = point {
        rest = point.trim_start();
        rest = ["[ ] ", "[x] ", "[X] "].iter().find_map(|tick| rest.strip_prefix(tick)).unwrap_or(rest);
    }
    Some(Line { sign: "", rest })
}

/// The line before or after code, with the name of its language.
fn is_fence(line: &str) -> bool {
    ["```", "~~~"].iter().any(|mark| {
        line.strip_prefix(mark).is_some_and(|rest| {
            let name = rest.trim_start_matches(['`', '~']).trim();
            !name.contains(char::is_whitespace) && !name.contains(['`', '~'])
        })
    })
}
