//! Back-channels: the small sounds by which a listener says "go on".

/// Words that, alone or together, only say that somebody is listening. English, and what sounds alike elsewhere.
const WORDS: &str = "ah aha all cool good got great hm hmm huh i interesting it m mhm mm mmhm mmm nice oh ok okay really \
    right see sure true uh uhhuh um wow yeah yep yes yup";

/// Whole phrases that are back-channels although one of their words alone would not be, or the other way round.
const NOT_ALONE: &[&str] = &["all", "got", "i", "it", "see"];

/// Whether these words only say "go on". False for silence, and for anything that could be an order ("stop", "no").
pub(super) fn is_back_channel(text: &str) -> bool {
    let words: Vec<String> = text
        .split(|c: char| c.is_whitespace() || c == '-' || c == '–')
        .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let known = |word: &String| WORDS.split(' ').any(|known| known == word);
    match words.as_slice() {
        [] => false,
        [word] => known(word) && !NOT_ALONE.contains(&word.as_str()),
        [..] => words.len() <= 4 && words.iter().all(known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_are_told_from_speakers() {
        for go_on in
            ["Mhm.", "right", "Uh-huh.", "Okay, okay.", "I see.", "Yeah, right!", "Got it.", "Mm-hmm.", "All right."]
        {
            assert!(is_back_channel(go_on), "{go_on:?} is a back-channel");
        }
        for words in
            ["", "...", "stop", "No.", "wait", "okay stop", "it", "right now please", "what", "yes yes yes yes yes"]
        {
            assert!(!is_back_channel(words), "{words:?} is not a back-channel");
        }
    }
}
