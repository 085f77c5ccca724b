//! Making a model's text fit for a voice: markup, emoji and control characters are for eyes.

/// The text as it should be spoken; empty where nothing in it can be.
pub fn speakable(text: &str) -> String {
    let mut spoken = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim_start();
        let line = line.trim_start_matches(['#', '>']);
        let line = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).unwrap_or(line);
        spoken.push_str(&without_link_targets(line));
        spoken.push(' ');
    }
    let kept: String = spoken
        .chars()
        .map(|c| if c.is_whitespace() || c == '_' { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_markup(*c) && !is_emoji(*c))
        .collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    if kept.chars().any(char::is_alphanumeric) { words.join(" ") } else { String::new() }
}

/// "[text](address)" becomes "text".
fn without_link_targets(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        let Some((_, behind)) = after.split_once(')') else {
            break;
        };
        match before.rsplit_once('[') {
            Some((start, text)) => {
                kept.push_str(start.strip_suffix('!').unwrap_or(start));
                kept.push_str(text);
            }
            None => kept.push_str(before),
        }
        rest = behind;
    }
    kept.push_str(rest);
    kept
}

fn is_markup(c: char) -> bool {
    matches!(c, '*' | '`' | '~' | '|' | '#' | '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{FE0F}')
}

fn is_emoji(c: char) -> bool {
    matches!(u32::from(c), 0x2600..=0x27BF | 0x2B00..=0x2BFF | 0x1F000..=0x1FAFF | 0xE0000..=0xE007F)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_is_not_read_aloud() {
        assert_eq!(speakable("**Paris** is the `capital` 😀.\n"), "Paris is the capital .");
        assert_eq!(speakable("# Title\n- one\n* two"), "Title one two");
        assert_eq!(speakable("See [the site](https://example.org/a) now"), "See the site now");
        assert_eq!(speakable("a [b](c"), "a [b](c");
        assert_eq!(speakable("***"), "");
        assert_eq!(speakable("\u{7}be\u{0}ll"), "bell");
        assert_eq!(speakable("the_file\tname"), "the file name");
    }

    proptest! {
        #[test]
        fn nothing_unspeakable_survives_any_text(text in "(?s).{0,200}") {
            let spoken = speakable(&text);
            prop_assert!(!spoken.chars().any(|c| c.is_control() || is_emoji(c)));
            prop_assert!(!spoken.starts_with(' ') && !spoken.ends_with(' ') && !spoken.contains("  "));
        }
    }
}
