//! Phrases that the templates of the tables stand for.

use proptest::prelude::*;

use super::super::*;

/// The fields of a table with what they mean.
pub(super) fn fields(table: &Remarks) -> [(&'static str, &'static str, Remark); 9] {
    [
        ("stop", table.stop, Remark::Stop),
        ("patience", table.patience, Remark::Stop),
        ("retract", table.retract, Remark::Stop),
        ("repeat", table.repeat, Remark::Repeat),
        ("louder", table.louder, Remark::Louder),
        ("quieter", table.quieter, Remark::Quieter),
        ("go_on", table.go_on, Remark::GoOn),
        ("learn_word", table.learn_word, Remark::LearnWord),
        ("acknowledge", table.acknowledge, Remark::Acknowledged),
    ]
}

/// How many words the longest phrase has.
pub(super) fn longest(template: &Template) -> usize {
    match template {
        Template::Word(_) => 1,
        Template::All(parts) => parts.iter().map(longest).sum(),
        Template::Any(choices) => choices.iter().map(longest).max().unwrap_or_default(),
    }
}

/// The words of a phrase; whichever way it may go on, the next of `choices` decides.
fn phrase(
    template: &Template,
    vocabulary: &Vocabulary,
    choices: &mut impl FnMut(usize) -> usize,
    words: &mut Vec<String>,
) {
    match template {
        Template::Word(word) => words.extend(vocabulary.word(*word).map(str::to_owned)),
        Template::All(parts) => parts.iter().for_each(|part| phrase(part, vocabulary, choices, words)),
        Template::Any(ways) => {
            let way = choices(ways.len());
            phrase(&ways[way], vocabulary, choices, words);
        }
    }
}

/// Phrases of a template at random, that many.
pub(super) fn samples(template: &Template, vocabulary: &Vocabulary, number: u64) -> impl Iterator<Item = Vec<String>> {
    (0..number).map(|seed| {
        let mut words = Vec::new();
        phrase(template, vocabulary, &mut chooses(seed), &mut words);
        words
    })
}

/// Numbers below a bound, as they come from a seed.
fn chooses(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x2545_F491_4F6C_DD1D;
    move |bound| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state).unwrap_or_default() % bound
    }
}

/// A phrase of any language, by its number among them, with what it means.
pub(super) fn phrases() -> impl Strategy<Value = (usize, String, Remark)> {
    (0..LANGUAGES.len(), 0..9_usize, any::<u64>()).prop_map(|(number, field, seed)| {
        let (_, field, remark) = fields(&LANGUAGES[number].remarks)[field];
        let mut vocabulary = COMPARED[number].vocabulary.clone();
        let (template, mut words) = (vocabulary.phrases(field), Vec::new());
        phrase(&template, &vocabulary, &mut chooses(seed), &mut words);
        (number, words.join(" "), remark)
    })
}
