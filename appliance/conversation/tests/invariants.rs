//! The rules of the crate's documentation, tried with random histories. A failing case is printed with its seed.
//!
//! Two kinds of worlds are made up: **junk**, in which any event comes for any turn at any time, and **plausible**
//! ones, in which a person, a room and engines of any speed and health behave as they may. In both, [`common::Auditor`]
//! checks every rule after every event; its panic names the rule.

mod common;

use std::time::Duration;

use common::{Auditor, Room, Works, ms, turn_of};
use parley_conversation::{
    Action, Announcement, AnnouncementId, Attention, BargeIn, Conversation, Effect, EffectId, EffectResult,
    Endpointing, Event, FRAME, GenerationEnd, ModelOnly, Notice, Outcome, Position, Request, Route, Router, Settings,
    Sounding, Stage, Transcript, TurnId, Urgency, Waking,
};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

/// A seed that failed is kept beside this file.
fn seeds_kept() -> ProptestConfig {
    ProptestConfig::with_failure_persistence(FileFailurePersistence::WithSource("seeds"))
}

/// What has an even number of words is a command, where there are commands at all.
struct SomeCommands(bool);

impl Router for SomeCommands {
    fn route(&self, request: &Request<'_>) -> Route {
        if self.0 && request.transcript.text.split_whitespace().count().is_multiple_of(2) {
            Route::Do(Effect { name: "light".into(), arguments: "{}".into() })
        } else if request.transcript.text.ends_with('?') {
            Route::Fact
        } else {
            Route::Model
        }
    }
}

fn result() -> impl Strategy<Value = EffectResult> {
    prop_oneof![
        2 => prop::sample::select(vec!["Done.", "", "It is on. And off."]).prop_map(|text| EffectResult::Say(text.into())),
        1 => Just(EffectResult::Think("rain".into())),
        1 => Just(EffectResult::Failed("no bulb".into())),
    ]
}

fn announcement() -> impl Strategy<Value = Announcement> {
    let sounding = prop_oneof![
        3 => Just(Sounding::Text("The tea is ready. Really.".into())),
        1 => Just(Sounding::Text(String::new())),
        1 => Just(Sounding::Sound("alarm".into())),
    ];
    let urgency = prop_oneof![Just(Urgency::Low), Just(Urgency::Normal), Just(Urgency::High)];
    let until = prop::option::weighted(0.5, (0_u64..200).prop_map(Duration::from_secs));
    (any::<u64>(), sounding, urgency, until, prop::bool::weighted(0.3)).prop_map(
        |(id, sounding, urgency, until, until_acknowledged)| Announcement {
            id: AnnouncementId(id),
            sounding,
            urgency,
            until,
            until_acknowledged,
        },
    )
}

fn stage() -> impl Strategy<Value = Stage> {
    prop_oneof![
        Just(Stage::SpeechToText),
        Just(Stage::EndOfTurn),
        Just(Stage::LanguageModel),
        Just(Stage::TextToSpeech)
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let patience = prop_oneof![4 => Just(1.0_f32), 1 => 0.5_f32..4.0];
    let floor = prop::option::weighted(0.2, -60.0_f32..-30.0);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), prop::bool::weighted(0.3));
    (flags, 0_usize..6, 200_usize..2_000, patience, floor).prop_map(
        |((spoken, speculation, voice, sleeps), remembered_turns, prompt_tokens, patience, energy_floor_dbfs)| {
            Settings {
                attention: if sleeps {
                    Attention::OnceWoken { follow_up: Duration::from_secs(6) }
                } else {
                    Attention::Always
                },
                spoken,
                speculation,
                barge_in: if voice { BargeIn::Voice } else { BargeIn::Key },
                // From what is drawn already, so that kept seeds mean what they meant.
                rest: Duration::from_millis(if remembered_turns % 2 == 1 { 800 } else { 0 }),
                remembered_turns,
                prompt_tokens,
                energy_floor_dbfs,
                endpointing: Endpointing::default().with_patience(patience),
                ..Settings::default()
            }
        },
    )
}

mod junk {
    use super::*;

    /// An event whose turn is still to be chosen among those that were ever named.
    #[derive(Debug, Clone)]
    enum Op {
        Frames { count: u32, speech: bool, dbfs: f32 },
        Transcribed { pick: usize, text: &'static str, sure: bool },
        Judged { pick: usize, probability: f32 },
        SentenceJudged { pick: usize, probability: f32 },
        Text { pick: usize, text: &'static str },
        AnswerJudged { pick: usize, probability: f32 },
        GenerationEnded { pick: usize, end: GenerationEnd },
        EffectCalled { pick: usize },
        Performed { pick: usize, id: u64, result: EffectResult },
        ClauseSynthesized { pick: usize, clause: usize, length: Duration },
        Heard { pick: usize, heard: Duration },
        RanDry { pick: usize },
        PlaybackEnded { pick: usize },
        Failed { pick: usize, stage: Stage },
        Degraded { stage: Stage, degraded: bool },
        Interrupt,
        Forget,
        Announce(Announcement),
        Woken { name_ended: Option<u64> },
        Typed { text: &'static str },
        DeadMicrophone { count: u32 },
    }

    fn length() -> impl Strategy<Value = Duration> {
        prop_oneof![
            8 => (0_u64..4_000).prop_map(Duration::from_millis),
            1 => Just(Duration::MAX),
        ]
    }

    fn op() -> impl Strategy<Value = Op> {
        // Late turns are named most often: 0 is the latest, 7 one long over, and 9 one that never was.
        let pick = || prop_oneof![6 => Just(0_usize), 3 => 1_usize..4, 1 => 4_usize..10];
        let words = prop::sample::select(vec![
            "",
            "...",
            "Mhm.",
            "What time is it?",
            "turn on the",
            "stop",
            "Go on.",
            "louder",
            "Say that again.",
            "हाँ जी",
        ]);
        let pieces = prop::sample::select(vec!["Yes, ", "of course it is. ", "word", " ", "😀", "\n", "3.14", "。"]);
        let dbfs = prop_oneof![6 => Just(-25.0_f32), 2 => Just(-50.0), 1 => -120.0_f32..0.0, 1 => Just(f32::NAN)];
        let end = prop::sample::select(vec![GenerationEnd::Complete, GenerationEnd::Length, GenerationEnd::Repetition]);
        let probability = prop_oneof![Just(0.1_f32), Just(0.3), Just(0.9), Just(f32::NAN), Just(-7.0)];
        prop_oneof![
            12 => (1_u32..60, any::<bool>(), dbfs).prop_map(|(count, speech, dbfs)| Op::Frames { count, speech, dbfs }),
            6 => (pick(), words, prop::bool::weighted(0.9)).prop_map(|(pick, text, sure)| Op::Transcribed { pick, text, sure }),
            3 => (pick(), probability.clone()).prop_map(|(pick, probability)| Op::Judged { pick, probability }),
            3 => (pick(), probability.clone()).prop_map(|(pick, probability)| Op::SentenceJudged { pick, probability }),
            2 => (pick(), probability).prop_map(|(pick, probability)| Op::AnswerJudged { pick, probability }),
            8 => (pick(), pieces).prop_map(|(pick, text)| Op::Text { pick, text }),
            3 => (pick(), end).prop_map(|(pick, end)| Op::GenerationEnded { pick, end }),
            3 => pick().prop_map(|pick| Op::EffectCalled { pick }),
            4 => (pick(), 0_u64..6, result()).prop_map(|(pick, id, result)| Op::Performed { pick, id, result }),
            3 => (pick(), 0_usize..4, length()).prop_map(|(pick, clause, length)| Op::ClauseSynthesized { pick, clause, length }),
            4 => (pick(), length()).prop_map(|(pick, heard)| Op::Heard { pick, heard }),
            2 => pick().prop_map(|pick| Op::RanDry { pick }),
            2 => pick().prop_map(|pick| Op::PlaybackEnded { pick }),
            2 => (pick(), stage()).prop_map(|(pick, stage)| Op::Failed { pick, stage }),
            1 => (stage(), any::<bool>()).prop_map(|(stage, degraded)| Op::Degraded { stage, degraded }),
            1 => Just(Op::Interrupt),
            1 => Just(Op::Forget),
            2 => announcement().prop_map(Op::Announce),
            2 => prop::option::of(0_u64..4_000).prop_map(|name_ended| Op::Woken { name_ended }),
            1 => prop::sample::select(vec!["", "Hello?", "   "]).prop_map(|text| Op::Typed { text }),
            2 => (1_u32..20).prop_map(|count| Op::DeadMicrophone { count }),
        ]
    }

    struct World {
        conversation: Conversation,
        auditor: Auditor,
        now: Duration,
        position: Position,
        turns: Vec<TurnId>,
    }

    impl World {
        fn tell(&mut self, event: Event) {
            let actions = self.conversation.handle(event.clone(), self.now);
            self.auditor.watch(&event, &actions, &self.conversation, self.now);
            for turn in actions.iter().filter_map(turn_of) {
                if !self.turns.contains(&turn) {
                    self.turns.push(turn);
                }
            }
        }

        fn perform(&mut self, op: Op) {
            let turns = &self.turns;
            let turn = |pick: usize| {
                let named = turns.len().checked_sub(pick + 1).and_then(|index| turns.get(index));
                named.copied().unwrap_or(TurnId(999))
            };
            let event = match op {
                Op::Frames { count, speech, dbfs } => {
                    for _ in 0..count {
                        self.now += FRAME;
                        self.position = self.position.forward(FRAME);
                        let end = self.position;
                        self.tell(Event::Frame { end, speech, dbfs });
                    }
                    return;
                }
                Op::DeadMicrophone { count } => {
                    for _ in 0..count {
                        self.now += ms(200);
                        self.tell(Event::Due);
                    }
                    return;
                }
                Op::Transcribed { pick, text, sure } => Event::Transcribed {
                    turn: turn(pick),
                    transcript: Transcript {
                        text: text.into(),
                        language: "en".into(),
                        language_probability: 0.9,
                        confidence: if sure { 0.9 } else { 0.1 },
                        incomplete: text.len() % 7 == 3,
                    },
                },
                Op::Judged { pick, probability } => Event::EndOfTurnJudged { turn: turn(pick), probability },
                Op::SentenceJudged { pick, probability } => Event::SentenceJudged { turn: turn(pick), probability },
                Op::Text { pick, text } => Event::Text { turn: turn(pick), text: text.into() },
                Op::AnswerJudged { pick, probability } => Event::AnswerJudged { turn: turn(pick), probability },
                Op::GenerationEnded { pick, end } => Event::GenerationEnded { turn: turn(pick), end },
                Op::EffectCalled { pick } => {
                    let effect = Effect { name: "weather".into(), arguments: "{}".into() };
                    Event::EffectCalled { turn: turn(pick), effect }
                }
                // Of the newest effects, or of one that never was.
                Op::Performed { pick, id, result } => {
                    let id = EffectId((self.auditor.last_effect.map_or(0, |last| last.0) + 1).saturating_sub(id));
                    Event::Performed { turn: turn(pick), id, result }
                }
                Op::ClauseSynthesized { pick, clause, length } => {
                    Event::ClauseSynthesized { turn: turn(pick), clause, length }
                }
                Op::Heard { pick, heard } => Event::Heard { turn: turn(pick), heard },
                Op::RanDry { pick } => Event::RanDry { turn: turn(pick) },
                Op::PlaybackEnded { pick } => Event::PlaybackEnded { turn: turn(pick) },
                Op::Failed { pick, stage } => Event::Failed { turn: turn(pick), stage },
                Op::Degraded { stage, degraded } => Event::Degraded { stage, degraded },
                Op::Interrupt => Event::Interrupt,
                Op::Forget => Event::Forget { last: None },
                Op::Announce(announcement) => {
                    let until = announcement.until.map(|until| self.now + until);
                    Event::Announce { announcement: Announcement { until, ..announcement } }
                }
                Op::Woken { name_ended } => {
                    let name = name_ended.map(|ago| Waking::Word(self.position.back(ms(ago))));
                    Event::Woken { by: name.unwrap_or(Waking::Button) }
                }
                Op::Typed { text } => Event::Typed { text: text.into() },
            };
            self.tell(event);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..seeds_kept() })]

        #[test]
        fn handle_never_panics_and_breaks_no_rule(
            settings in settings(),
            end_of_turn_model in any::<bool>(),
            commands in any::<bool>(),
            ops in prop::collection::vec(op(), 1..120),
        ) {
            let mut world = World {
                auditor: Auditor::new(&settings),
                conversation: Conversation::new(settings, Box::new(SomeCommands(commands)), end_of_turn_model),
                now: Duration::ZERO,
                position: Position::default(),
                turns: Vec::new(),
            };
            for op in ops {
                world.perform(op);
            }
        }

        #[test]
        fn handle_never_panics_whatever_the_clocks_say(
            times in prop::collection::vec((any::<u64>(), any::<u64>(), any::<bool>(), any::<f32>()), 1..200),
        ) {
            let mut conversation = Conversation::new(Settings::default(), Box::new(ModelOnly), true);
            for (position, now, speech, dbfs) in times {
                let end = Position(position);
                conversation.handle(Event::Frame { end, speech, dbfs }, Duration::from_secs(now));
                conversation.handle(Event::Due, Duration::MAX);
            }
        }
    }
}

mod plausible {
    use super::*;

    #[derive(Debug, Clone)]
    enum Op {
        Say { words: usize, milliseconds: u64 },
        Remark(&'static str),
        Noise { milliseconds: u64 },
        Silence { milliseconds: u64 },
        DeadMicrophone { milliseconds: u64 },
        Type,
        Key,
        Announce(Announcement),
        Wake,
        Engine { stage: Stage, works: Works },
        Effects { delay: Duration, result: EffectResult },
        Finished(f32),
        Degraded { stage: Stage, degraded: bool },
    }

    fn delay() -> impl Strategy<Value = Works> {
        prop_oneof![0_u64..200, 200_u64..3_000].prop_map(|delay| Works::After(ms(delay)))
    }

    fn calm_op() -> impl Strategy<Value = Op> {
        prop_oneof![
            6 => (1_usize..6, 3_u64..15).prop_map(|(words, length)| Op::Say { words, milliseconds: words as u64 * length * 20 }),
            6 => (1_u64..100).prop_map(|frames| Op::Silence { milliseconds: frames * 20 }),
            3 => (50_u64..300).prop_map(|frames| Op::Silence { milliseconds: frames * 20 }),
            1 => (1_usize..60).prop_map(|words| Op::Say { words, milliseconds: words as u64 * 640 }),
            2 => (stage(), delay()).prop_map(|(stage, works)| Op::Engine { stage, works }),
            2 => prop_oneof![Just(0.1_f32), Just(0.3), Just(0.9)].prop_map(Op::Finished),
            1 => (0_u64..4_000, result()).prop_map(|(delay, result)| Op::Effects { delay: ms(delay), result }),
        ]
    }

    fn op() -> impl Strategy<Value = Op> {
        let works = || prop_oneof![3 => delay(), 1 => Just(Works::Fails), 1 => Just(Works::Never)];
        prop_oneof![
            20 => calm_op(),
            3 => prop::sample::select(vec!["mhm", "stop", "go on", "louder", "repeat that"]).prop_map(Op::Remark),
            3 => (1_u64..400).prop_map(|frames| Op::Noise { milliseconds: frames * 20 }),
            1 => (1_u64..200).prop_map(|frames| Op::DeadMicrophone { milliseconds: frames * 20 }),
            1 => Just(Op::Type),
            1 => Just(Op::Key),
            1 => announcement().prop_map(Op::Announce),
            2 => Just(Op::Wake),
            3 => (stage(), works()).prop_map(|(stage, works)| Op::Engine { stage, works }),
            1 => (stage(), any::<bool>()).prop_map(|(stage, degraded)| Op::Degraded { stage, degraded }),
        ]
    }

    /// Words that are all different, so that none can be lost or doubled without being noticed.
    fn perform(room: &mut Room, op: Op, said: &mut Vec<String>) {
        match op {
            Op::Say { words, milliseconds } => {
                let words: Vec<String> = (0..words).map(|count| format!("w{}", said.len() + count)).collect();
                room.says(&words.join(" "), milliseconds);
                said.extend(words);
            }
            Op::Engine { stage: Stage::SpeechToText, works } => room.speech_to_text = works,
            Op::Engine { stage: Stage::EndOfTurn, works } => room.end_of_turn = works,
            Op::Engine { stage: Stage::LanguageModel, works } => room.language_model = works,
            Op::Engine { stage: Stage::TextToSpeech, works } => room.text_to_speech = works,
            Op::Finished(probability) => room.finished = probability,
            Op::Effects { delay, result } => room.effects = Some((delay, result)),
            Op::Remark(words) => _ = room.says(words, 300),
            Op::Noise { milliseconds } => _ = room.noise(milliseconds),
            Op::Silence { milliseconds } => _ = room.silence(milliseconds),
            Op::DeadMicrophone { milliseconds } => _ = room.dead_microphone(milliseconds),
            Op::Type => _ = room.types("typed"),
            Op::Key => _ = room.key(),
            Op::Announce(announcement) => {
                let until = announcement.until.map(|until| room.now + until);
                _ = room.announces(Announcement { until, ..announcement });
            }
            Op::Wake => room.tell(Event::Woken { by: Waking::Button }),
            Op::Degraded { stage, degraded } => _ = room.degraded(stage, degraded),
        }
    }

    fn room(new: Settings, end_of_turn_model: bool, commands: bool) -> Room {
        Room::routed(|settings| *settings = new, Box::new(SomeCommands(commands)), end_of_turn_model)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, ..seeds_kept() })]

        #[test]
        fn a_released_turn_whose_engines_all_answer_always_ends(
            settings in settings(),
            end_of_turn_model in any::<bool>(),
            commands in any::<bool>(),
            ops in prop::collection::vec(op(), 1..40),
        ) {
            let mut room = room(settings, end_of_turn_model, commands);
            for op in ops {
                perform(&mut room, op, &mut Vec::new());
            }
            (room.speech_to_text, room.language_model) = (Works::After(ms(100)), Works::After(ms(100)));
            (room.end_of_turn, room.text_to_speech) = (Works::After(ms(20)), Works::After(ms(100)));
            // Whatever never answered is killed at its deadline, and that is reported.
            let stuck = room.turns_without_report();
            for (turn, stage) in stuck {
                room.tell(Event::Failed { turn, stage });
            }
            room.quiet();
            // All that waits is said or is of no more use.
            room.much_later().quiet().silence(20_000).quiet().silence(20_000);
            let asked = room.count_of(|action| matches!(action, Action::Tell(Notice::Announced { .. })));
            prop_assert_eq!(asked, room.announced, "whoever announces something is told what became of it");
            prop_assert_eq!(room.conversation.next_wakeup(), None, "an idle conversation sleeps");
        }

        #[test]
        fn no_word_is_lost_or_doubled(
            speculation in any::<bool>(),
            commands in any::<bool>(),
            ops in prop::collection::vec(calm_op(), 1..40),
        ) {
            let settings = Settings { speculation, ..Settings::default() };
            let mut room = room(settings, true, commands);
            let mut said = Vec::new();
            for op in ops {
                perform(&mut room, op, &mut said);
            }
            room.quiet();
            let mut understood: Vec<(TurnId, String)> = Vec::new();
            for (_, action) in &room.done {
                if let Action::Tell(Notice::Understood { turn, text, .. }) = action {
                    understood.push((*turn, text.clone()));
                }
                if let Action::Tell(Notice::Ended { turn, outcome: Outcome::Withdrawn, .. }) = action {
                    understood.retain(|(other, _)| other != turn);
                }
            }
            let understood: Vec<&str> = understood.iter().flat_map(|(_, text)| text.split_whitespace()).collect();
            prop_assert_eq!(understood, said);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, ..seeds_kept() })]

        #[test]
        fn to_be_woken_when_something_is_due_is_as_good_as_all_the_time(
            settings in settings(),
            end_of_turn_model in any::<bool>(),
            commands in any::<bool>(),
            ops in prop::collection::vec(op(), 1..40),
        ) {
            let done = |wakes_all_the_time| {
                let mut room = room(settings.clone(), end_of_turn_model, commands);
                room.wakes_all_the_time = wakes_all_the_time;
                let mut said = Vec::new();
                for op in &ops {
                    perform(&mut room, op.clone(), &mut said);
                }
                room.dead_microphone(20_000);
                room.done
            };
            let (woken, always) = (done(false), done(true));
            let differ = woken.iter().zip(&always).find(|(woken, always)| woken != always);
            prop_assert!(differ.is_none(), "{differ:?}");
            let more = woken.iter().skip(always.len()).chain(always.iter().skip(woken.len())).next();
            prop_assert!(more.is_none(), "{more:?}");
        }
    }
}
