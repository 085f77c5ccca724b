use parley_conversation::Language;
use proptest::prelude::*;

use super::*;

const GOOD: PassageFigures = PassageFigures {
    heard_s: 8.0,
    suppressed_db: 35.0,
    echo_dbfs: -25.0,
    background_dbfs: -70.0,
    clipped_share: 0.0,
    delay_ms: 40.0,
    drift_ppm: 20.0,
};

fn place(volume: u8) -> EchoPlace {
    EchoPlace { card: "plughw:CARD=Puck, plughw:CARD=Puck".into(), volume }
}

fn says() -> &'static EchoSentences {
    &Language::or_english("en").sentences.echo
}

/// A day's answers, of which so many dB were taken out.
fn answers(days: &mut EchoDays, day: u64, volume: u8, suppressed_db: &[f64]) {
    for suppressed_db in suppressed_db {
        days.add(day, &place(volume), PassageFigures { suppressed_db: *suppressed_db, ..GOOD });
    }
}

fn fault_names(days: &EchoDays) -> Vec<&str> {
    days.faults.iter().map(|fault| fault.name.as_str()).collect()
}

#[test]
fn a_day_is_its_median_and_is_judged_once() {
    let mut days = EchoDays::default();
    assert_eq!(days.state(), None);
    answers(&mut days, 20_000, 60, &[36.0, 2.0]);
    assert!(!days.is_to_be_judged(), "two answers tell nothing");
    answers(&mut days, 20_000, 60, &[35.0]);
    assert!(days.is_to_be_judged());
    days.judge(says());
    assert!(!days.is_to_be_judged());
    let state = days.state().expect("it is known");
    let of_day = state.answers.expect("there were answers");
    assert_eq!((of_day.suppressed_db, of_day.answers, of_day.day.as_str()), (35.0, 3, "2024-10-04"));
    assert_eq!((of_day.volume, state.faults.len()), (60, 0));
    assert!(answers_in_words(&of_day).starts_with("taken out 35 dB, delay 40 ms, drift 20 ppm"), "{of_day:?}");
}

#[test]
fn a_day_that_is_much_worse_than_those_before_is_a_fault_which_is_said_once() {
    let mut days = EchoDays::default();
    for day in 0..3 {
        answers(&mut days, 20_000 + day, 60, &[34.0, 35.0, 36.0]);
        days.judge(says());
    }
    assert_eq!((fault_names(&days), days.to_say()), (vec![], None));
    answers(&mut days, 20_003, 60, &[24.0, 24.0, 24.0]);
    days.judge(says());
    assert_eq!(fault_names(&days), ["worse"]);
    let (aloud, about) = days.to_say().map(|(aloud, about)| (aloud.to_owned(), about)).expect("it is said");
    assert!(aloud.contains("my own voice"), "{aloud}");
    answers(&mut days, 20_004, 60, &[20.0, 20.0, 20.0]);
    days.judge(says());
    assert_eq!(days.to_say(), Some((aloud.as_str(), about.clone())), "the same fault is no news");
    answers(&mut days, 20_005, 60, &[35.0, 35.0, 35.0]);
    days.judge(says());
    assert_eq!(days.to_say(), None);
    answers(&mut days, 20_006, 60, &[10.0, 10.0, 10.0]);
    days.judge(says());
    assert_eq!(fault_names(&days), ["stays"]);
    assert_ne!(days.to_say().expect("it is back").1, about);
}

#[test]
fn another_volume_or_card_is_compared_with_none() {
    let mut days = EchoDays::default();
    answers(&mut days, 20_000, 60, &[35.0; 5]);
    answers(&mut days, 20_001, 90, &[24.0; 5]);
    days.judge(says());
    assert_eq!(fault_names(&days), [""; 0]);
    answers(&mut days, 20_002, 60, &[24.0; 5]);
    days.judge(says());
    assert_eq!(fault_names(&days), ["worse"], "that volume was known");
}

#[test]
fn a_chirp_is_kept_and_its_faults_are_said() {
    let mut days = EchoDays::default();
    let checked = RoomChecked { suppressed_db: None, faults: vec![EchoFault::NotHeard] };
    days.note_chirp(20_000, Some(place(60)), &checked, says());
    assert!(days.to_say().is_some_and(|(aloud, _)| aloud.contains("does not hear my loudspeaker")), "{days:?}");
    let checked = RoomChecked { suppressed_db: Some(31.26), faults: vec![EchoFault::LosesSound] };
    days.note_chirp(20_001, Some(place(60)), &checked, says());
    assert_eq!(
        (days.to_say(), fault_names(&days)),
        (None, vec!["loses-sound"]),
        "there is nothing to be done about it"
    );
    let chirp = days.state().and_then(|state| state.chirp).expect("it is kept");
    assert_eq!((chirp.suppressed_db, chirp.volume), (Some(31.3), 60));
    assert_eq!(
        chirp_in_words(&chirp),
        format!("taken out 31 dB; by a chirp on 2024-10-05, {} at volume 60 %", chirp.card)
    );
}

#[test]
fn what_was_written_is_read_and_what_makes_no_sense_is_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(FILE);
    let mut days = EchoDays::default();
    answers(&mut days, 20_000, 60, &[5.0; 5]);
    days.judge(says());
    files::replace_json(&file, &days).expect("it can be written");
    assert_eq!(EchoDays::read(&file), days);
    for nonsense in ["", "{", "[]", r#"{"groups":7}"#, r#"{"judged":-1}"#] {
        std::fs::write(&file, nonsense).expect("it can be written");
        assert_eq!(EchoDays::read(&file), EchoDays::default(), "{nonsense}");
    }
}

proptest! {
    #[test]
    fn what_is_kept_is_bounded_however_clock_and_volume_jump(answers in prop::collection::vec((0_u64..30, 0_u8..40), 1..300)) {
        let mut days = EchoDays::default();
        for (day, volume) in &answers {
            days.add(*day, &place(*volume), GOOD);
            prop_assert!(days.groups.len() <= MOST_GROUPS);
            prop_assert!(days.groups.iter().all(|group| group.day <= *day && group.day + DAYS > *day));
            prop_assert!(days.groups.iter().all(|group| group.figures.len() <= MOST_ANSWERS));
            prop_assert!(days.groups.iter().all(|group| group.day == *day || group.figures.len() <= 1));
            prop_assert!(days.state().is_some());
            days.judge(says());
        }
    }
}
