//! Making a model's text fit for a voice: what is for eyes is taken away, and nothing else.
//!
//! Terms: *markup* is what a sign is at the beginning of a line or in pairs around words (`**Paris**`); elsewhere it is a
//! *sign*, which means something.
//!
//! Rules:
//! - Markup goes; a sign between numbers or letters becomes a word, or a blank where the language has no word for it here.
//! - Whatever is taken away between two letters or digits leaves a blank, but for what joins them: the soft hyphen and
//!   the word joiner. So no two numbers ever become one.
//! - Numbers, dates and money are not looked at.

mod letters;
mod lines;
mod signs;
mod web;

use lines::Line;
use signs::Words;

/// The text as it should be spoken in a language (ISO 639-1); empty where nothing in it can be.
pub fn speakable(text: &str, language: &str) -> String {
    let words = Words::of(language);
    let mut spoken = String::with_capacity(text.len());
    for line in text.lines() {
        let Some(Line { sign, rest }) = lines::without_markup(line, words.as_ref()) else { continue };
        let rest = signs::spoken(&letters::plain(&web::shown(rest)), words.as_ref());
        if rest.contains(char::is_alphanumeric) {
            spoken.extend([sign, " ", &rest, " "]);
        }
    }
    spoken.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
