use super::*;

#[test]
fn the_last_word_counts_for_more_than_a_full_stop() {
    for (text, cue) in [
        ("What time is it?", TextCue::Question),
        ("I would like to.", TextCue::Unfinished),
        ("I would like...", TextCue::Unfinished),
        ("Turn on the", TextCue::Unfinished),
        ("Turn on the light", TextCue::Statement),
        ("Turn on the light.", TextCue::Statement),
        ("Where are you?", TextCue::Question),
        ("Well,", TextCue::Unfinished),
        ("", TextCue::Statement),
    ] {
        assert_eq!(TextCue::of(text, "en"), cue, "{text:?}");
    }
}

#[test]
fn the_last_word_counts_in_each_language_by_its_own_table() {
    use TextCue::{Statement, Unfinished};
    for (language, text, cue) in [
        ("de", "Stell den Wecker auf sieben und.", Unfinished),
        ("de", "Mach das Licht im", Unfinished),
        ("de", "Mach das Licht an.", Statement),
        ("de", "Schalte die Heizung ein.", Statement),
        ("es", "Enciende la luz de la.", Unfinished),
        ("es", "No puedo ir porque", Unfinished),
        ("es", "Enciende la luz.", Statement),
        ("es", "Para.", Statement),
        ("fr", "Allume la lumière dans", Unfinished),
        ("fr", "Je ne viens pas parce que.", Unfinished),
        ("fr", "Allume la lumière.", Statement),
        ("it", "Accendi la luce nella", Unfinished),
        ("it", "Non vengo perché.", Unfinished),
        ("it", "Accendi la luce.", Statement),
        ("nl", "Doe het licht aan and", Statement),
        ("en", "The time is und", Statement),
    ] {
        assert_eq!(TextCue::of(text, language), cue, "{language}: {text:?}");
    }
}

#[test]
fn witnesses_that_agree_are_believed_sooner() {
    let rules = Endpointing::default();
    let habit = SpeakerHabit::default();
    let enough = |p, cue| rules.enough(Judgement::Probability(p), Judgement::NoModel, Some(cue), &habit);
    assert_eq!(enough(0.9, TextCue::Question), rules.sure);
    assert_eq!(enough(0.85, TextCue::Statement), rules.unsure);
    assert_eq!(enough(0.9, TextCue::Statement), rules.sure);
    assert_eq!(enough(0.9, TextCue::Unfinished), rules.unsure);
    assert_eq!(enough(0.15, TextCue::Question), rules.unsure);
    assert_eq!(enough(0.1, TextCue::Unfinished), rules.unfinished);
    assert_eq!(
        rules.enough(Judgement::NoModel, Judgement::Pending, Some(TextCue::Question), &habit),
        rules.without_model
    );
}

#[test]
fn the_language_model_can_support_and_contradict_the_end_of_turn_model() {
    let rules = Endpointing::default();
    let enough =
        |p, sentence, cue| rules.enough(Judgement::Probability(p), sentence, Some(cue), &SpeakerHabit::default());
    let words = Judgement::Probability;
    assert_eq!(enough(0.01, words(0.4), TextCue::Question), rules.sure, "a whole question");
    assert_eq!(enough(0.01, words(0.39), TextCue::Question), rules.unsure);
    assert_eq!(enough(0.9, words(0.15), TextCue::Question), rules.sure);
    assert_eq!(enough(0.9, words(0.14), TextCue::Question), rules.unsure, "the words want more");
    assert_eq!(enough(0.9, Judgement::Pending, TextCue::Question), rules.unsure);
    assert_eq!(enough(0.2, words(0.4), TextCue::Statement), rules.sure);
    assert_eq!(enough(0.19, words(0.9), TextCue::Statement), rules.unsure, "a command may go on");
    assert_eq!(enough(0.89, words(0.39), TextCue::Statement), rules.unsure);
    assert_eq!(enough(0.9, words(0.9), TextCue::Unfinished), rules.unsure);
}

#[test]
fn a_slow_speaker_is_given_time_and_a_fast_one_is_not_punished_for_ever() {
    let rules = Endpointing::default();
    let mut habit = SpeakerHabit::default();
    habit.paused(Duration::from_millis(800));
    let slow = rules.enough(Judgement::Pending, Judgement::NoModel, None, &habit);
    assert_eq!(slow, Duration::from_secs(1));
    habit.paused(Duration::from_secs(9));
    assert_eq!(rules.enough(Judgement::Pending, Judgement::NoModel, None, &habit), rules.longest_learnt);
    for _ in 0..12 {
        habit.finished();
    }
    assert_eq!(rules.enough(Judgement::Pending, Judgement::NoModel, None, &habit), rules.unsure);
}

/// Everything that the witnesses can say.
fn everything_said() -> impl Iterator<Item = (Judgement, Judgement, Option<TextCue>)> {
    let judged = || {
        let probabilities = [0.0, 0.1, 0.3, 0.5, 0.95].map(Judgement::Probability);
        [Judgement::NoModel, Judgement::Pending].into_iter().chain(probabilities)
    };
    let cues = || [None, Some(TextCue::Question), Some(TextCue::Statement), Some(TextCue::Unfinished)];
    judged().flat_map(move |end| judged().flat_map(move |words| cues().map(move |cue| (end, words, cue))))
}

#[test]
fn patience_scales_every_wait() {
    let (usual, hasty) = (Endpointing::default(), Endpointing::default().with_patience(0.5));
    let patient = Endpointing::default().with_patience(3.0);
    assert_eq!(Endpointing::default().with_patience(1.0), usual, "the default changes nothing");
    let mut habit = SpeakerHabit::default();
    for pause in [0, 900] {
        habit.cut_off(Duration::from_millis(pause));
        for (end, words, cue) in everything_said() {
            let enough = |rules: &Endpointing| rules.agreed(end, words, cue);
            assert_eq!(enough(&patient), enough(&usual) * 3, "{end:?} {words:?} {cue:?}");
            assert_eq!(enough(&hasty), enough(&usual) / 2, "{end:?} {words:?} {cue:?}");
            let whole = patient.enough(end, words, cue, &habit);
            assert!(whole >= enough(&patient), "{end:?} {words:?} {cue:?}");
        }
    }
    assert_eq!(patient.speculate_after, usual.speculate_after * 3);
    assert_eq!(patient.longest_learnt, usual.longest_learnt * 3);
    assert_eq!(Endpointing::default().with_patience(f32::NAN), usual);
    assert_eq!(Endpointing::default().with_patience(1e9), usual.with_patience(*PATIENCE.end()));
}

#[test]
fn a_habit_and_a_pause_that_is_known_are_the_floor_of_every_wait() {
    let mut habit = SpeakerHabit::default();
    habit.paused(Duration::from_millis(800));
    let rules = Endpointing::default();
    let known = Endpointing { pause: Duration::from_millis(1_800), ..rules.clone() };
    for (end, words, cue) in everything_said() {
        assert!(rules.enough(end, words, cue, &habit) >= Duration::from_secs(1), "{end:?} {words:?} {cue:?}");
        assert!(known.enough(end, words, cue, &habit) >= known.pause, "{end:?} {words:?} {cue:?}");
    }
}

#[test]
fn the_gaps_between_words_are_no_habit() {
    let mut habit = SpeakerHabit::default();
    habit.paused(Duration::from_millis(380));
    assert_eq!(habit, SpeakerHabit::default());
    habit.cut_off(Duration::from_millis(240));
    let enough = Endpointing::default().enough(Judgement::NoModel, Judgement::NoModel, None, &habit);
    assert_eq!(enough, Duration::from_millis(450), "what is longer anyway stays");
    let sure = Judgement::Probability(0.95);
    let enough = Endpointing::default().enough(sure, sure, Some(TextCue::Question), &habit);
    assert_eq!(enough, Duration::from_millis(300), "they were cut off after 240 ms");
}
