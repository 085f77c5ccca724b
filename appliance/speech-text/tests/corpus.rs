//! What is said of sentences that somebody wrote who had seen nothing of this crate but a list of kinds.
//!
//! `corpus/LANGUAGE.tsv` has a sentence in each line: its kind, what is written (`\n` is the end of a line), and what a
//! careful native speaker says, or several of which each will do, with ` | ` between. Compared are letters alone, without
//! accents' spelling, case, punctuation and blanks; in English without "and", which some say in numbers and some do not.
//!
//! `cargo test -p parley-speech-text --test corpus -- --nocapture` prints the share by kind and what is said otherwise.

use std::collections::BTreeMap;

use parley_speech_text::speakable;

/// Less than the share at the last commit would be a step back: right sentences of a hundred, by language.
const LEAST: [(&str, usize); 5] = [("en", 99), ("de", 99), ("es", 99), ("fr", 99), ("it", 99)];

fn sentences(language: &str) -> Vec<(String, String, Vec<String>)> {
    let file = format!("{}/tests/corpus/{language}.tsv", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(file).expect("there is a corpus");
    let sentence = |line: &str| {
        let [kind, written, said] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("three columns: {line}") };
        let said = said.split(" | ").map(str::to_owned).collect();
        (kind.to_owned(), written.replace("\\n", "\n"), said)
    };
    text.lines().map(sentence).collect()
}

fn compared(text: &str, language: &str) -> String {
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| language != "en" || *word != "and");
    words.collect()
}

#[test]
fn sentences_are_said_as_native_speakers_say_them() {
    for (language, least) in LEAST {
        let sentences = sentences(language);
        let mut kinds: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (kind, written, said) in &sentences {
            let found = speakable(written, language);
            let right = said.iter().any(|said| compared(said, language) == compared(&found, language));
            let count = kinds.entry(kind).or_default();
            *count = (count.0 + usize::from(right), count.1 + 1);
            if !right {
                println!("{kind}: {written:?}\n    is said {found:?}\n    and not {:?}", said.join(" | "));
            }
        }
        let right: usize = kinds.values().map(|count| count.0).sum();
        println!("{language}: {right} of {} sentences; by kind: {kinds:?}", sentences.len());
        assert!(right * 100 >= least * sentences.len(), "{language}: {right} of {} are right", sentences.len());
    }
}
