use super::*;

use proptest::prelude::*;

fn replacements() -> Replacements {
    [("mr", "mister"), ("metres", "meters"), ("ok", "okay"), ("ill", "unwell indeed")]
        .map(|(from, to)| (from.to_owned(), to.to_owned()))
        .into()
}

fn check(reference: &str, hypothesis: &str, substitutions: usize, deletions: usize, insertions: usize) {
    let errors = word_errors(reference, hypothesis, &replacements());
    assert_eq!(
        (errors.substitutions, errors.deletions, errors.insertions),
        (substitutions, deletions, insertions),
        "{reference:?} heard as {hypothesis:?}"
    );
}

#[test]
fn case_punctuation_and_spelling_are_no_errors() {
    check("Go forward, ten metres!", "go forward 10 meters.", 0, 0, 0);
    check("Mr. John Dashwood", "mister john dashwood", 0, 0, 0);
    check("an ill-disposed man", "An unwell indeed disposed man", 0, 0, 0);
    check("don't stop", "'Don’t stop'", 0, 0, 0);
}

#[test]
fn each_kind_of_error_is_counted_as_itself() {
    check("turn on the light", "turn off the light", 1, 0, 0);
    check("turn on the light", "turn on light", 0, 1, 0);
    check("turn on the light", "turn on the red light", 0, 0, 1);
    check("a b c d e f", "x b d e f g", 1, 1, 1);
    check("", "you", 0, 0, 1);
    check("thank you", "", 0, 2, 0);
}

#[test]
fn figures_are_said_in_words() {
    let said = |text: &str| normalised(text, &Replacements::new()).join(" ");
    assert_eq!(said("0 7 13 40 42"), "zero seven thirteen forty forty two");
    assert_eq!(said("300 1999 20015"), "three hundred one thousand nine hundred ninety nine twenty thousand fifteen");
    assert_eq!(said("10th 1234567"), "10th 1234567");
}

#[test]
fn rates_add_up_over_transcripts() {
    let mut sum = word_errors("one two three", "one two", &replacements());
    sum += word_errors("four", "five", &replacements());
    assert_eq!(sum.total(), 2);
    assert!((sum.rate() - 0.5).abs() < f64::EPSILON);
    assert!(WordErrors::default().rate().abs() < f64::EPSILON);
    assert!(word_errors("", "you", &replacements()).rate().is_infinite());
}

proptest! {
    #[test]
    fn errors_never_exceed_the_longer_side_and_explain_its_length(
        said in prop::collection::vec(0_u8..4, 0..12),
        heard in prop::collection::vec(0_u8..4, 0..12),
    ) {
        let text = |words: &[u8]| words.iter().map(|word| format!("w{word} ")).collect::<String>();
        let errors = word_errors(&text(&said), &text(&heard), &Replacements::new());
        let back = word_errors(&text(&heard), &text(&said), &Replacements::new());
        prop_assert!(errors.total() <= said.len().max(heard.len()));
        prop_assert!(errors.total() >= said.len().abs_diff(heard.len()));
        prop_assert_eq!(errors.total() == 0, said == heard);
        prop_assert_eq!(errors.total(), back.total());
        prop_assert_eq!(errors.reference_words + errors.insertions, heard.len() + errors.deletions);
    }
}
