use std::collections::BTreeSet;

use super::*;

#[test]
fn there_are_enough_sentences_of_each_kind_and_none_is_in_another_set() {
    let descriptions = Descriptions::load().expect("the description files hold together");
    let described = &descriptions.hesitations;
    let sentences: Vec<&String> = described.kind.iter().flat_map(|kind| &kind.sentences).collect();
    assert!(sentences.len() >= 200 && described.kind.len() >= 10, "{} sentences", sentences.len());
    assert!(described.kind.iter().all(|kind| kind.sentences.len() >= 20));
    let plain = |text: &str| text.replace(" |", "").to_lowercase();
    let own: BTreeSet<String> = sentences.iter().map(|sentence| plain(sentence)).collect();
    assert_eq!(own.len(), sentences.len(), "a sentence is there twice");
    let questions = descriptions.questions.clip.iter().map(|clip| plain(&clip.text));
    let pauses = descriptions.pauses.sentence.iter().map(|sentence| plain(&sentence.text));
    let both: Vec<String> = questions.chain(pauses).filter(|text| own.contains(text)).collect();
    assert_eq!(both, [""; 0], "they were heard before");
}

#[test]
fn each_sentence_pauses_once_between_two_words() {
    let descriptions = Descriptions::load().expect("the description files hold together");
    for sentence in descriptions.hesitations.kind.iter().flat_map(|kind| &kind.sentences) {
        let parts: Vec<&str> = sentence.split(" | ").collect();
        let words = |part: &&str| !part.is_empty() && part.trim() == *part && !part.contains('|');
        assert!(parts.len() == 2 && parts.iter().all(words), "{sentence}");
    }
}
