use super::*;

/// A "word" for each number: 150 ms of a tone of its own, so many hundredths as long, and 20 ms of near silence.
fn said(words: &[u32], stretched: u32) -> Vec<f32> {
    let tone = |word: &u32| {
        let hz = 300.0 * 1.4_f32.powi(*word as i32);
        let length = samples_in(150 * stretched / 100);
        let sound = move |index: usize| 0.5 * (2.0 * PI * hz * index as f32 / SAMPLE_RATE_HZ as f32).sin();
        (0..length).map(sound).chain(std::iter::repeat_n(0.0, samples_in(20)))
    };
    let silence = std::iter::repeat_n(0.0, samples_in(100));
    silence.clone().chain(words.iter().flat_map(tone)).chain(silence).collect()
}

#[test]
fn a_sentence_parts_where_its_beginning_is_over_however_fast_that_was_said() {
    let words = [1, 4, 2, 6, 3, 7, 5];
    let whole = said(&words, 100);
    for count in 1..words.len() {
        let truth = samples_in(100 + 170 * count as u32 - 10);
        for stretched in [90, 100, 120] {
            let (beginning, rest) = (said(&words[..count], stretched), said(&words[count..], 110));
            let found = parting(&beginning, &rest, &whole).expect("all are heard");
            assert!(found.abs_diff(truth) <= samples_in(25), "{count} words, {stretched} %: {found}, not {truth}");
        }
    }
}

#[test]
fn what_is_silent_parts_nothing() {
    let whole = said(&[1, 2], 100);
    assert_eq!(parting(&[0.0; 1_600], &whole, &whole), None);
    assert_eq!(parting(&whole, &[], &whole), None);
}
