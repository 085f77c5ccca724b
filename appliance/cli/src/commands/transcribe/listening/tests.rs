//! An engine that understands one language at a time, and recordings in two.
//!
//! A word is a second of one level, and a pause of 0.3 s; the level says which word it is. Even words are Spanish,
//! odd ones English. As with a real engine, words of another language than the one that is listened for are lost, and
//! the others are less sure then.

use anyhow::Result;
use parley_engines::scripted::Scripted;
use proptest::prelude::*;

use super::*;
use crate::commands::common;

const WORD: usize = RATE_HZ;
const PAUSE: usize = RATE_HZ * 3 / 10;
/// A level that is no word.
const MUSIC: i16 = 20_000;

fn recording(words: impl IntoIterator<Item = u16>) -> Vec<i16> {
    let mut samples = Vec::new();
    for word in words {
        samples.extend(std::iter::repeat_n(4_000 + word as i16, WORD));
        samples.extend(std::iter::repeat_n(0, PAUSE));
    }
    samples
}

fn words_in(samples: &[i16]) -> Vec<u16> {
    let mut words = Vec::new();
    for part in samples.chunk_by(|a, b| a == b).filter(|part| part.len() > WORD / 2 && part[0] != 0) {
        words.push((part[0] - 4_000) as u16);
    }
    words
}

fn language_of(word: u16) -> &'static str {
    if word.is_multiple_of(2) { "es" } else { "en" }
}

fn engine() -> Scripted<SpeechToText> {
    Scripted::from_outputs(|task: &Transcribe| {
        assert!(task.audio.len() <= 30 * RATE_HZ);
        let all = words_in(&task.audio);
        let is_word = |word: &&u16| **word != (MUSIC - 4_000) as u16;
        let spoken: Vec<u16> = all.iter().filter(is_word).copied().collect();
        let spanish = spoken.iter().filter(|word| language_of(**word) == "es").count();
        let detected = if spanish * 2 > spoken.len() { "es" } else { "en" };
        let share = spanish.max(spoken.len() - spanish) as f32 / spoken.len().max(1) as f32;
        let language = task.language.as_deref().unwrap_or(detected);
        let understood: Vec<u16> = spoken.into_iter().filter(|word| language_of(*word) == language).collect();
        let confidence = 0.95 * understood.len() as f32 / all.len().max(1) as f32;
        let text = understood.iter().map(u16::to_string).collect::<Vec<_>>().join(" ");
        let language_probability = if task.language.is_some() { 1.0 } else { share };
        vec![Transcript {
            text,
            language: language.to_owned(),
            language_probability,
            confidence,
            incomplete: false,
            remedy: None,
        }]
    })
}

fn hear(samples: &[i16], language: Option<&str>) -> Result<Heard> {
    let engine = engine();
    common::block_on(async {
        let mut listener = Listener::new(&engine, language);
        for block in samples.chunks(16_000) {
            listener.push(block).await?;
        }
        listener.finish().await
    })
}

fn english(words: u16) -> impl Iterator<Item = u16> {
    (0..words).map(|word| 2 * word + 1)
}

fn spanish(words: u16) -> impl Iterator<Item = u16> {
    (0..words).map(|word| 2 * word + 500)
}

fn written(words: impl IntoIterator<Item = u16>) -> String {
    words.into_iter().map(|word| word.to_string()).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_first_sentences_do_not_decide_for_the_whole_file() -> Result<()> {
    for (first, second) in [(20, 12), (25, 8), (20, 14), (8, 25)] {
        let both: Vec<u16> = english(first).chain(spanish(second)).collect();
        let heard = hear(&recording(both.clone()), None)?;
        assert_eq!((heard.text(), heard.remarks.len()), (written(both), 0), "{first} and {second}");
        assert_eq!(heard.languages(), if first > second { ["en", "es"] } else { ["es", "en"] }, "{first} and {second}");
    }
    // And back again.
    let all: Vec<u16> = english(16).chain(spanish(9)).chain(english(16)).collect();
    assert_eq!(hear(&recording(all.clone()), None)?.text(), written(all));
    Ok(())
}

#[test]
fn a_language_that_is_given_is_the_only_one() -> Result<()> {
    let heard = hear(&recording(english(40).chain(spanish(40))), Some("en"))?;
    assert_eq!(heard.languages(), ["en"]);
    assert_eq!(heard.text(), written(english(40)));
    let missing = &heard.remarks;
    assert!(missing.iter().all(|remark| remark.from_ms >= 20_000), "{missing:?}");
    let length: u64 = missing.iter().map(|remark| remark.to_ms - remark.from_ms).sum();
    assert!(length > 25_000, "what was said in Spanish is remarked: {missing:?}");
    Ok(())
}

#[test]
fn what_is_no_speech_is_remarked_and_hides_none() -> Result<()> {
    let music = |seconds: usize| vec![MUSIC; seconds * RATE_HZ];
    let samples = [recording(english(10)), music(60), recording(english(10)), vec![0; 40 * RATE_HZ]].concat();
    for language in [None, Some("en")] {
        let heard = hear(&samples, language)?;
        assert_eq!(heard.text(), written(english(10).chain(english(10))));
        assert_eq!(heard.length, samples.len());
        // The engine finds words in a piece that has some, however much music is with them.
        let found = &heard.remarks;
        assert!(found.iter().all(|remark| remark.what == Doubt::NoWords && remark.perhaps.is_empty()), "{found:?}");
        assert!(found.iter().all(|remark| remark.from_ms >= 13_000 && remark.to_ms <= 74_000), "{found:?}");
        assert!(found.iter().map(|remark| remark.to_ms - remark.from_ms).sum::<u64>() >= 25_000, "{found:?}");
    }
    let silent = hear(&vec![0; 100 * RATE_HZ], None)?;
    assert_eq!((silent.text().as_str(), silent.remarks.len(), silent.length), ("", 0, 100 * RATE_HZ));
    Ok(())
}

#[test]
fn words_that_are_not_all_that_was_said_are_quoted_in_the_remark_and_hide_no_others() -> Result<()> {
    // Of twenty words and more this engine hears but the first; of fewer, none but the eleventh is too hard.
    let engine = Scripted::from_outputs(|task: &Transcribe| {
        let all = words_in(&task.audio);
        let incomplete = all.len() > 20 || all.contains(&11);
        let text = if incomplete { all.first().map(u16::to_string).unwrap_or_default() } else { written(all) };
        let (language, language_probability) = ("en".to_owned(), 1.0);
        vec![Transcript { text, language, language_probability, confidence: 0.9, incomplete, remedy: None }]
    });
    let words: Vec<u16> = (1..=40).collect();
    let heard = common::block_on(async {
        let mut listener = Listener::new(&engine, Some("en"));
        listener.push(&recording(words)).await?;
        listener.finish().await
    })?;
    let all = heard.text();
    let missing: Vec<u16> = (1..=40).filter(|word| !all.split(' ').any(|heard| heard == word.to_string())).collect();
    assert!(missing.contains(&11) && missing.len() <= 12, "{missing:?}");
    let [remark] = &heard.remarks[..] else { panic!("{:?}", heard.remarks) };
    assert_eq!((remark.what, remark.perhaps.as_str()), (Doubt::Unsure, missing[0].to_string().as_str()));
    Ok(())
}

#[test]
fn unsure_words_are_quoted_in_the_remark() -> Result<()> {
    // One word in five is understood.
    let words: Vec<u16> = (0..8).map(|word| if word == 2 { 1 } else { (MUSIC - 4_000) as u16 }).collect();
    let heard = hear(&recording(words), Some("en"))?;
    assert_eq!(heard.text(), "");
    let found: Vec<(Doubt, &str)> = heard.remarks.iter().map(|remark| (remark.what, remark.perhaps.as_str())).collect();
    assert_eq!(found, [(Doubt::Unsure, "1"), (Doubt::NoWords, "")]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Sections of ten seconds and more, in any order of languages: every word is heard once, in its place.
    #[test]
    fn no_word_of_any_language_is_lost(sections in prop::collection::vec((any::<bool>(), 8_u16..25), 1..6)) {
        let mut all = Vec::new();
        for (number, (is_spanish, words)) in (0_u16..).zip(sections) {
            all.extend((0..words).map(|word| 100 * number + 2 * word + u16::from(!is_spanish)));
        }
        let heard = hear(&recording(all.clone()), None).unwrap();
        prop_assert_eq!(heard.text(), written(all));
        prop_assert_eq!(heard.remarks, vec![]);
    }

    /// Whatever a recording holds, all of it is listened to, and nothing is missing without a remark.
    #[test]
    fn all_of_a_recording_is_words_silence_or_a_remark(
        sections in prop::collection::vec((0..4_usize, 1_usize..30), 0..6), given in any::<bool>(),
    ) {
        let section = |(kind, size): &(usize, usize)| match kind {
            0 => vec![0; size * RATE_HZ],
            1 => vec![MUSIC; size * RATE_HZ],
            2 => recording(english(*size as u16)),
            _ => recording(spanish(*size as u16)),
        };
        let samples: Vec<i16> = sections.iter().flat_map(section).collect();
        let heard = hear(&samples, given.then_some("en")).unwrap();
        prop_assert_eq!(heard.length, samples.len());
        let spoken: Vec<u16> = words_in(&samples).into_iter().filter(|word| *word != (MUSIC - 4_000) as u16).collect();
        let found = heard.text();
        let missing = spoken.len() - found.split_whitespace().count();
        prop_assert!(missing == 0 || !heard.remarks.is_empty() || sections.len() > 1, "{missing} of {found}");
    }
}
