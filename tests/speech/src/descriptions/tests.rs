use super::*;
use crate::description::Interruption;
use crate::word_errors::{Replacements, normalised};

fn loaded() -> Descriptions {
    Descriptions::load().expect("the description files hold together")
}

fn is_human(sound: &Sound) -> bool {
    matches!(sound, Sound::Recorded(_))
}

#[test]
fn the_sets_are_large_enough_to_measure_on() {
    let descriptions = loaded();
    let held_out = |split: &Option<Split>| *split == Some(Split::HeldOut);
    assert!(descriptions.questions.clip.iter().filter(|clip| held_out(&clip.split)).count() >= 24);
    assert!(descriptions.pauses.sentence.iter().filter(|one| one.split == Split::HeldOut).count() >= 36);
    assert!(descriptions.pauses.pauses_ms.contains(&600));
    assert!(descriptions.demo.clip.len() >= 5);
    assert!(descriptions.demo.clip.iter().filter(|clip| is_human(&clip.sound)).count() >= 2);
    assert!(descriptions.barge_in.clip.len() >= 40);
    assert_eq!(descriptions.languages.collections.len(), 5);
    assert!(descriptions.languages.clips_per_language >= 40);
}

#[test]
fn every_paused_sentence_pauses_once_between_words() {
    for sentence in loaded().pauses.sentence {
        let parts: Vec<&str> = sentence.text.split('|').map(str::trim).collect();
        assert!(parts.len() == 2 && parts.iter().all(|part| !part.is_empty()), "{}", sentence.id);
        assert!(sentence.background[0] < sentence.background[1], "{}", sentence.id);
    }
}

#[test]
fn a_held_out_pause_is_in_no_other_set() {
    let descriptions = loaded();
    let others = [&descriptions.questions, &descriptions.demo, &descriptions.barge_in];
    let others = others.into_iter().flat_map(|set| &set.clip).chain(&descriptions.words.clip);
    let others: BTreeSet<_> = others.flat_map(|clip| known_by(&clip.sound, &clip.text)).collect();
    for sentence in descriptions.pauses.sentence.iter().filter(|one| one.split == Split::HeldOut) {
        let known = known_by(&sentence.sound, &sentence.text);
        assert!(known.iter().all(|name| !others.contains(name)), "{} is {known:?}", sentence.id);
    }
}

/// The recording and the words, without case and punctuation.
fn known_by(sound: &Sound, text: &str) -> Vec<String> {
    let recording = match sound {
        Sound::Recorded(recorded) => Some(recorded.recording.clone()),
        Sound::Spoken(_) | Sound::Generated(_) => None,
    };
    let words = normalised(text, &Replacements::new()).join(" ");
    recording.into_iter().chain((!words.is_empty()).then_some(words)).collect()
}

#[test]
fn every_barge_in_clip_says_what_it_is() {
    for clip in loaded().barge_in.clip {
        let kind = clip.interruption.unwrap_or_else(|| panic!("{} does not say what it is", clip.id));
        assert_eq!(kind == Interruption::Noise, clip.text.is_empty(), "{}", clip.id);
    }
}

#[test]
fn a_held_out_recording_is_never_used_for_tuning() {
    let same = |split| ("asterisk-en:hello.wav".to_owned(), split);
    assert!(check_splits(&[same(Split::HeldOut), same(Split::HeldOut)]).is_ok());
    assert!(check_splits(&[same(Split::HeldOut), same(Split::Tuning)]).is_err());
}

#[test]
fn unknown_keys_are_refused() {
    let extra = "[[clip]]\nid = \"a\"\nsound = { voice = \"slt\", sped = 2.0 }\n";
    assert!(toml::from_str::<ClipSet>(extra).is_err());
}

#[test]
fn there_are_two_hundred_repetitive_sentences_each_with_words() {
    let sentences: Vec<&str> = REPETITIVE.lines().collect();
    assert_eq!(sentences.len(), 200);
    let no_rules = Replacements::new();
    assert!(sentences.iter().all(|text| normalised(text, &no_rules).len() >= 6 && text.trim() == *text));
}

#[test]
fn every_word_of_the_vocabulary_is_said_twice_and_by_different_voices() {
    let VocabularySet { words, sentences } = loaded().vocabulary;
    let says = |word: &str| sentences.iter().filter(|text| text.to_lowercase().contains(&word.to_lowercase())).count();
    for word in &words {
        assert_eq!(says(word), 2, "{word}");
    }
    assert_eq!(sentences.len(), 2 * words.len());
}
