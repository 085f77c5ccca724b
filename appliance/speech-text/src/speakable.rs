//! Making a text fit for a voice, line by line.

use crate::language::{self, Language};
use crate::lines::Line;
use crate::signs::Words;
use crate::{letters, lines, reading, signs, web};

/// The text as it should be spoken in a language (ISO 639-1); empty where nothing in it can be.
pub fn speakable(text: &str, language: &str) -> String {
    let (words, language) = (Words::of(language), language::of(language));
    let mut spoken = once(text, words.as_ref(), language);
    if language.is_some() {
        // What was taken away may have hidden something: "5_5.com". What is spoken has to be read as itself.
        for _ in 0..MOST_TIMES {
            let again = once(&spoken, words.as_ref(), language);
            if again == spoken {
                break;
            }
            spoken = again;
        }
    }
    spoken
}

/// How often a text is read again at most; nothing is known that needs a second time.
const MOST_TIMES: usize = 4;

fn once(text: &str, words: Option<&Words>, language: Option<&dyn Language>) -> String {
    let mut spoken = String::with_capacity(text.len());
    for line in text.lines() {
        let Some(Line { sign, rest }) = lines::without_markup(line, words) else { continue };
        let shown = web::shown(&letters::without_escapes(rest), language);
        let rest = letters::plain(&shown, language.is_some());
        let rest = match language {
            Some(_) => without_faces(&rest),
            None => rest,
        };
        let rest = match language {
            Some(language) => reading::read(&signs::spoken(&raised(&rest), words), language),
            None => signs::spoken(&rest, words),
        };
        if rest.contains(char::is_alphanumeric) {
            spoken.extend([sign, " ", &rest, " "]);
        }
    }
    spoken.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Faces made of signs, which are for eyes.
const FACES: &[&str] = &[
    ":)", ":-)", ";)", ";-)", ":(", ":-(", ":D", ":-D", ":P", ":-P", "xD", "XD", ":'(", ":o", ":O", ":|", "^^", ":*",
    ":3",
];

fn without_faces(text: &str) -> String {
    text.split(' ').filter(|word| !FACES.contains(word)).collect::<Vec<_>>().join(" ")
}

/// "m^2" and "x^3" with the characters for it.
fn raised(text: &str) -> String {
    if !text.contains('^') {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut raised = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        let follows = |ahead: usize| chars.get(at + ahead).copied();
        let power = match (c, follows(1)) {
            ('^', Some('2')) => Some('²'),
            ('^', Some('3')) => Some('³'),
            _ => None,
        };
        let behind = at > 0 && chars.get(at - 1).is_some_and(|c| c.is_alphanumeric() || *c == ')');
        let goes_on = follows(2).is_some_and(char::is_alphanumeric)
            || (matches!(follows(2), Some('.' | ',')) && follows(3).is_some_and(|c| c.is_ascii_digit()));
        match power.filter(|_| behind && !goes_on) {
            Some(power) => {
                raised.push(power);
                at += 2;
            }
            None => {
                raised.push(c);
                at += 1;
            }
        }
    }
    raised
}
