//! `parley transcribe`: the right words in the right language.

use parley_speech::word_errors::{WordErrors, word_errors};

use crate::support::{lines, parley, speech, succeed};

/// The most wrong words: 2 %.
const MOST_ERRORS: f64 = 0.02;

#[test]
fn words_are_right_on_read_human_speech() {
    let sets = speech();
    // The first five are those whose words somebody else wrote down: the read book.
    let clips: Vec<_> = sets.words.iter().take(5).collect();
    let output = succeed(parley().args(["transcribe", "--json"]).args(clips.iter().map(|clip| sets.path(clip))));
    let mut total = WordErrors::default();
    for (clip, line) in clips.iter().zip(lines(&output)) {
        let heard = line["text"].as_str().expect("a line has a text");
        let errors = word_errors(&clip.text, heard, &sets.replacements);
        println!("{}: {errors:?} {heard}", clip.id);
        total += errors;
        assert!(line["elapsed_ms"].as_f64().is_some_and(|ms| ms > 0.0));
        assert_eq!(line["language"], "en");
    }
    assert!(total.rate() <= MOST_ERRORS, "{:.1} % of the words were wrong", 100.0 * total.rate());
}

#[test]
fn the_spoken_language_is_recognised() {
    let sets = speech();
    for (language, clips) in &sets.languages {
        // The whole set is measured by `cargo xtask bench`; a few of each guard against a mistake in the code.
        let clips: Vec<_> = clips.iter().take(5).collect();
        let output = succeed(parley().args(["transcribe", "--json"]).args(clips.iter().map(|clip| sets.path(clip))));
        let right = lines(&output).iter().filter(|line| line["language"] == language.as_str()).count();
        assert!(right >= 4, "{language}: {right} of {} were recognised:\n{output}", clips.len());
    }
}
