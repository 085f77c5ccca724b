//! Marks of footnotes, which are for eyes: `real.[^1]`, `so.[12]`.

/// Longer ones are no marks.
const LONGEST_MARK_BYTES: usize = 40;

/// The line without marks of footnotes: those of Markdown anywhere, and numbers in brackets directly behind the end of a
/// sentence or part of one.
pub(super) fn without_marks(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    let mut has_begun = false;
    while let Some((before, from)) = rest.split_once('[') {
        kept.push_str(before);
        has_begun |= !before.trim().is_empty();
        let behind_stop = kept.ends_with(['.', ',', ';', '!', '?', '”']);
        match mark(from, behind_stop) {
            Some(behind) => {
                // The note itself: "[^1]: where it is from".
                rest = if has_begun { behind } else { behind.strip_prefix(':').unwrap_or(behind) };
                if kept.ends_with(char::is_alphanumeric) && rest.starts_with(char::is_alphanumeric) {
                    kept.push(' ');
                }
            }
            None => {
                kept.push('[');
                has_begun = true;
                rest = from;
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// What is behind the mark whose bracket was opened before this text.
fn mark(text: &str, behind_stop: bool) -> Option<&str> {
    let end = text.bytes().take(LONGEST_MARK_BYTES).position(|c| c == b']')?;
    let (label, behind) = (text.get(..end)?, text.get(end + 1..)?);
    let footnote =
        label.strip_prefix('^').is_some_and(|label| !label.is_empty() && !label.contains(char::is_whitespace));
    let number = behind_stop && (1..4).contains(&label.len()) && label.bytes().all(|c| c.is_ascii_digit());
    ((footnote || number) && !behind.starts_with('(')).then_some(behind)
}
