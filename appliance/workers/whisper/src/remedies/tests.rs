use proptest::prelude::*;

use super::*;

fn attempt(tokens: &[WhisperTokenId], log_probability: f32, finished: bool, belief: Belief) -> Try {
    let words = Words {
        tokens: tokens.to_vec(),
        log_probabilities: vec![log_probability; tokens.len()],
        others: Vec::new(),
        finished,
    };
    let text = tokens.iter().map(|token| format!("w{token} ")).collect();
    Try { words, text, remedy: None, belief }
}

#[test]
fn what_is_believed_wins_over_what_is_likelier() {
    let tries = vec![
        attempt(&[1; 9], -0.1, false, Belief::Loop),
        attempt(&[1, 2, 3], -0.9, true, Belief::Plausible),
        attempt(&[1, 2, 4], -0.7, true, Belief::Plausible),
        attempt(&[1], -0.2, true, Belief::Torso),
    ];
    let (best, incomplete) = best(tries).unwrap();
    assert_eq!((best.words.tokens, incomplete), (vec![1, 2, 4], false));
}

#[test]
fn where_nothing_is_believed_that_is_said_and_of_a_loop_one_time_is_kept() {
    let tries = vec![attempt(&[5, 1, 2, 1, 2, 1, 2], -0.1, false, Belief::Loop)];
    let (best, incomplete) = best(tries).unwrap();
    assert!(incomplete);
    assert_eq!(cut(&best), Some(3));
    assert_eq!(super::best(Vec::new()).map(|_| ()), None);
}

#[test]
fn a_loop_is_left_where_the_model_came_nearest_to_leaving_it() {
    let found = Repetition { start: 1, period: 1, times: 5 };
    assert_eq!(way_out(&[-0.1, -0.1, -4.0, -2.0, -3.0, -6.0], found), Some(3));
    // Of equals the first: no more than is needed of what may be made up.
    assert_eq!(way_out(&[-0.1, -0.1, -4.0, -2.0, -2.0, -6.0], found), Some(3));
    assert_eq!(way_out(&[-0.1], found), None);
}

#[test]
fn readings_agree_that_differ_in_nothing_but_marks() {
    let one = |text: &str, finished| Try { text: text.to_owned(), ..attempt(&[1], -0.1, finished, Belief::Torso) };
    assert!(one("Wait, wait.", true).agrees(&one("wait wait", true)));
    assert!(!one("Wait, wait.", true).agrees(&one("wait", true)));
    assert!(!one("Wait.", false).agrees(&one("wait", true)));
}

proptest! {
    #[test]
    fn only_what_is_believed_is_complete(kinds in prop::collection::vec((0_u8..3, any::<bool>(), -3.0_f32..0.0), 1..6)) {
        let tries: Vec<Try> = kinds
            .iter()
            .map(|(kind, finished, likely)| match kind {
                0 => attempt(&[1, 2], *likely, true, Belief::Plausible),
                1 => attempt(&[1, 2], *likely, *finished, Belief::Loop),
                _ => attempt(&[1, 2], *likely, true, Belief::Torso),
            })
            .collect();
        let (_, incomplete) = best(tries).unwrap();
        prop_assert_eq!(incomplete, kinds.iter().all(|(kind, ..)| *kind != 0));
    }
}
