use proptest::prelude::*;

use super::*;

/// A lesson, and the time in it.
struct Pupil {
    lesson: Lesson,
    now: Duration,
    did: Vec<LessonAction>,
}

impl Pupil {
    fn new() -> Self {
        let (lesson, first) = Lesson::begin(Duration::from_secs(5));
        Self { lesson, now: Duration::from_secs(5), did: vec![first] }
    }

    fn tell(&mut self, event: LessonEvent) {
        self.did.extend(self.lesson.handle(event, self.now));
    }

    fn frames(&mut self, ms: u64, speech: bool) {
        for _ in 0..ms / 20 {
            self.now += FRAME;
            self.tell(LessonEvent::Frame { end: at(self.now), speech, sounds: false });
        }
    }

    /// The tone, then something that takes so long, and its words.
    fn says(&mut self, ms: u64, words: Option<&str>) {
        self.now += Duration::from_millis(200);
        self.tell(LessonEvent::ToneOver { heard: true });
        self.frames(1_000, false);
        self.frames(ms, true);
        self.frames(1_000, false);
        self.tell(LessonEvent::Words(words.map(transcript)));
    }
}

fn at(now: Duration) -> Position {
    Position::default().forward(now)
}

fn transcript(text: &str) -> Transcript {
    let (language, incomplete) = ("en".to_owned(), false);
    Transcript { text: text.to_owned(), language, language_probability: 1.0, confidence: 0.9, incomplete }
}

#[test]
fn five_examples_are_learnt_by_the_name_that_most_of_them_have() {
    let mut pupil = Pupil::new();
    for words in ["Hey, party.", "Hey Parley.", "hey parley!", "Hi, Charlie?", "Hey, Parley"] {
        assert!(!pupil.lesson.is_over());
        pupil.says(600, Some(words));
    }
    let learn = LessonAction::Learn { takes: vec![0, 1, 2, 3, 4], name: "Hey Parley".into() };
    assert_eq!(pupil.did.last(), Some(&learn));
    assert!(pupil.lesson.is_over());
    let takes: Vec<Duration> = pupil.did.iter().filter_map(length).collect();
    assert_eq!(takes.len(), 5);
    for take in takes {
        assert!((1_400..1_600).contains(&take.as_millis()), "what is before and behind it belongs to it: {take:?}");
    }
}

fn length(action: &LessonAction) -> Option<Duration> {
    if let LessonAction::Take { from, to } = action { Some(to.since(*from)) } else { None }
}

#[test]
fn stop_ends_it_with_a_word_and_a_key_without_one() {
    let mut pupil = Pupil::new();
    pupil.says(600, Some("Hey Parley."));
    pupil.says(400, Some("Never mind."));
    assert_eq!(pupil.did.last(), Some(&LessonAction::Say(LessonResult::Stopped)));
    let mut pupil = Pupil::new();
    pupil.tell(LessonEvent::Stop);
    pupil.says(600, Some("Hey Parley."));
    assert_eq!(pupil.did, [LessonAction::Tone]);
}

#[test]
fn what_is_in_vain_is_asked_for_once_more_and_twice_in_a_row_ends_it() {
    let unheard = LessonAction::Say(LessonResult::Unheard);
    // Nothing; a cough; nobody knows; a television.
    let vain: [fn(&mut Pupil); 4] = [
        |pupil| {
            pupil.tell(LessonEvent::ToneOver { heard: true });
            pupil.frames(8_500, false);
        },
        |pupil| pupil.says(300, Some("...")),
        |pupil| pupil.says(600, None),
        |pupil| {
            pupil.tell(LessonEvent::ToneOver { heard: true });
            pupil.frames(5_000, true);
        },
    ];
    for vain in vain {
        let mut pupil = Pupil::new();
        vain(&mut pupil);
        assert_eq!(pupil.did.last(), Some(&LessonAction::Tone));
        pupil.says(600, Some("Hey Parley."));
        vain(&mut pupil);
        assert_eq!(pupil.did.last(), Some(&LessonAction::Tone), "one in between counts");
        vain(&mut pupil);
        assert_eq!(pupil.did.last(), Some(&unheard));
    }
}

#[test]
fn what_sounds_meanwhile_is_no_example_and_the_tone_comes_again() {
    let mut pupil = Pupil::new();
    pupil.tell(LessonEvent::ToneOver { heard: true });
    pupil.frames(500, false);
    pupil.frames(200, true);
    for _ in 0..50 {
        pupil.now += FRAME;
        pupil.tell(LessonEvent::Frame { end: at(pupil.now), speech: true, sounds: true });
    }
    pupil.frames(20, true);
    assert_eq!(pupil.did, [LessonAction::Tone, LessonAction::Tone]);
}

#[test]
fn what_the_room_does_behind_the_tone_is_nobody() {
    let mut pupil = Pupil::new();
    pupil.tell(LessonEvent::ToneOver { heard: true });
    pupil.frames(240, true);
    pupil.frames(700, false);
    assert_eq!(pupil.did, [LessonAction::Tone]);
}

#[test]
fn every_language_says_how_a_lesson_ended() {
    for language in ["en", "de", "es", "fr", "it", "xx"] {
        for named in [LessonResult::Learnt("Hey Parley".into()), LessonResult::Forgotten("Hey Parley".into())] {
            let says = named.says(language);
            assert!(says.contains("Hey Parley") && !says.contains('{'), "{says}");
        }
        let said = [LessonResult::Begins, LessonResult::Unheard, LessonResult::Different, LessonResult::NotHere];
        assert!(said.iter().all(|result| !result.says(language).contains('{')));
    }
}

fn events() -> impl Strategy<Value = (LessonEvent, u64)> {
    let event = prop_oneof![
        2 => any::<bool>().prop_map(|heard| LessonEvent::ToneOver { heard }),
        // The position is filled in.
        12 => (any::<bool>(), prop::bool::weighted(0.1))
            .prop_map(|(speech, sounds)| LessonEvent::Frame { end: Position::default(), speech, sounds }),
        3 => prop::option::of("(Hey Parley|stop|\\.\\.\\.)")
            .prop_map(|words| LessonEvent::Words(words.as_deref().map(transcript))),
        1 => Just(LessonEvent::Due),
    ];
    (event, prop_oneof![20 => 0_u64..200, 1 => 0_u64..20_000])
}

proptest! {
    #[test]
    fn in_whatever_order_it_ends_and_learns_only_what_it_took(
        events in prop::collection::vec((events(), 1_usize..60), 0..120),
    ) {
        let mut pupil = Pupil::new();
        for ((event, ms), times) in events {
            for _ in 0..times {
                pupil.now += Duration::from_millis(ms);
                let mut event = event.clone();
                if let LessonEvent::Frame { end, .. } = &mut event {
                    *end = at(pupil.now);
                }
                pupil.tell(event);
                prop_assert_eq!(pupil.lesson.next_wakeup().is_none(), pupil.lesson.is_over());
            }
        }
        // Now nothing comes any more but the time.
        let mut wakeups = 0;
        while let Some(due) = pupil.lesson.next_wakeup() {
            prop_assert!(due <= Duration::from_secs(5) + LONGEST);
            pupil.now = pupil.now.max(due);
            pupil.tell(LessonEvent::Due);
            wakeups += 1;
            prop_assert!(wakeups < 10, "{:?}", pupil.lesson);
        }
        let ends = pupil.did.iter().filter(|action| matches!(action, LessonAction::Learn { .. } | LessonAction::Say(_)));
        prop_assert!(ends.count() <= 1, "{:?}", pupil.did);
        let taken = pupil.did.iter().filter_map(length);
        prop_assert!(taken.clone().all(|take| take <= LONGEST_NAME));
        if let Some(LessonAction::Learn { takes, name }) = pupil.did.last() {
            prop_assert!(takes.len() == EXAMPLES && takes.is_sorted_by(|one, other| one < other) && !name.is_empty());
            prop_assert!(takes.iter().all(|take| *take < taken.clone().count()));
        }
    }
}
