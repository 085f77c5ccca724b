//! Word errors: how far a transcript is from what was said.
//!
//! - **Reference**: what was said. **Hypothesis**: what was recognised.
//! - **Word error**: a word replaced, left out or put in; their number is the smallest that turns one into the other.
//!
//! Both sides are normalised first, so that only words count: case, punctuation and hyphens go, figures become words,
//! and each replacement of the normalisation rules (spellings, titles) is applied to whole words.

use std::collections::BTreeMap;
use std::ops::AddAssign;

/// Replacements of whole words, applied after case and punctuation are gone; a value may be several words.
pub type Replacements = BTreeMap<String, String>;

/// The word errors of one transcript, or of several added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WordErrors {
    /// Words recognised as another word.
    pub substitutions: usize,
    /// Words that were said and not recognised.
    pub deletions: usize,
    /// Words that were recognised and not said.
    pub insertions: usize,
    /// Words that were said.
    pub reference_words: usize,
}

impl WordErrors {
    /// The number of errors.
    pub fn total(&self) -> usize {
        self.substitutions + self.deletions + self.insertions
    }

    /// Errors per word said, 0 and up (more than 1 with many insertions); without a word said, 0 or infinity.
    pub fn rate(&self) -> f64 {
        match (self.total(), self.reference_words) {
            (0, _) => 0.0,
            (total, words) => total as f64 / words as f64,
        }
    }
}

impl AddAssign for WordErrors {
    fn add_assign(&mut self, other: Self) {
        self.substitutions += other.substitutions;
        self.deletions += other.deletions;
        self.insertions += other.insertions;
        self.reference_words += other.reference_words;
    }
}

/// Counts the word errors of `hypothesis` against `reference`.
pub fn word_errors(reference: &str, hypothesis: &str, replacements: &Replacements) -> WordErrors {
    let reference = normalised(reference, replacements);
    let hypothesis = normalised(hypothesis, replacements);
    // best[j]: the fewest errors from the reference words so far to the first j words of the hypothesis.
    let mut best: Vec<WordErrors> =
        (0..=hypothesis.len()).map(|insertions| WordErrors { insertions, ..WordErrors::default() }).collect();
    for said in &reference {
        let mut diagonal = best[0];
        best[0].deletions += 1;
        for (index, heard) in hypothesis.iter().enumerate() {
            let replaced =
                WordErrors { substitutions: diagonal.substitutions + usize::from(said != heard), ..diagonal };
            let deleted = WordErrors { deletions: best[index + 1].deletions + 1, ..best[index + 1] };
            let inserted = WordErrors { insertions: best[index].insertions + 1, ..best[index] };
            diagonal = best[index + 1];
            best[index + 1] = [deleted, inserted]
                .into_iter()
                .fold(replaced, |least, other| if other.total() < least.total() { other } else { least });
        }
    }
    WordErrors { reference_words: reference.len(), ..best[hypothesis.len()] }
}

/// The words of a text: lower case, without punctuation, figures as words, replacements applied.
pub fn normalised(text: &str, replacements: &Replacements) -> Vec<String> {
    let lower = text.to_lowercase().replace('’', "'");
    lower
        .split(|letter: char| !letter.is_alphanumeric() && letter != '\'')
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty())
        .flat_map(|word| match replacements.get(word) {
            Some(replacement) => replacement.split_whitespace().map(str::to_owned).collect(),
            None => in_words(word),
        })
        .collect()
}

/// A figure up to 999,999 as English words; every other word as it is.
fn in_words(word: &str) -> Vec<String> {
    match word.parse::<u32>() {
        Ok(number) if number < 1_000_000 && word.bytes().all(|byte| byte.is_ascii_digit()) => {
            let mut words = Vec::new();
            say_number(number, &mut words);
            words.into_iter().map(str::to_owned).collect()
        }
        _ => vec![word.to_owned()],
    }
}

const UP_TO_NINETEEN: &str = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen \
                              fifteen sixteen seventeen eighteen nineteen";
const TENS: &str = "none ten twenty thirty forty fifty sixty seventy eighty ninety";

fn say_number(number: u32, words: &mut Vec<&'static str>) {
    let (leading, unit, rest) = match number {
        0..20 => {
            words.extend(UP_TO_NINETEEN.split(' ').nth(number as usize));
            return;
        }
        20..100 => {
            words.extend(TENS.split(' ').nth(number as usize / 10));
            (None, None, number % 10)
        }
        100..1_000 => (Some(number / 100), Some("hundred"), number % 100),
        _ => (Some(number / 1_000), Some("thousand"), number % 1_000),
    };
    if let Some(leading) = leading {
        say_number(leading, words);
    }
    words.extend(unit);
    if rest > 0 {
        say_number(rest, words);
    }
}

#[cfg(test)]
mod tests;
