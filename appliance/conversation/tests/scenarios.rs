//! Conversations as people have them, in simulated time. Every room also watches all rules (see `common/auditor.rs`).

mod common;

use std::time::Duration;

use common::{Room, Works, ms};
use parley_conversation::{Action, BargeIn, Event, Outcome, Phase, Position, Request, Route, Router, Speaker, Stage};

const QUESTION: &str = "What time is it?";

/// A room in which the answer to a question has been heard for about this long.
fn room_while_speaking(change: impl FnOnce(&mut Room), milliseconds: u64) -> Room {
    let mut room = Room::new();
    room.answer = "Once upon a time there was a very small king. He had a dog and two old cats.".into();
    change(&mut room);
    room.silence(500).says(QUESTION, 1000);
    room.until("release");
    while room.phase() != Phase::Speaking {
        room.silence(20);
    }
    room.silence(milliseconds);
    room
}

#[track_caller]
fn check_history(room: &Room, expected: &[(&str, &str)]) {
    let history = room.history();
    let history: Vec<(&str, &str)> = history.iter().map(|(q, a)| (q.as_str(), a.as_str())).collect();
    assert_eq!(history, expected);
}

mod an_answer {
    use super::*;

    #[test]
    fn is_heard_to_its_end_and_remembered() {
        let mut room = Room::new();
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.spoken(), ["It is ten past three.", "Anything else?"]);
        assert_eq!(room.outcomes(), [Outcome::Completed]);
        check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
        assert_eq!(room.count("end-speech"), 1);
    }

    #[test]
    fn is_being_made_before_the_end_is_confirmed() {
        let mut room = Room::new();
        room.finished = 0.1;
        room.silence(500).says(QUESTION, 1000);
        room.until("generate");
        let speculated = room.until("release");
        assert!(speculated >= ms(500), "{speculated:?}");
        assert_eq!(room.spoken().first(), Some(&"It is ten past three."));
    }

    #[test]
    fn is_remembered_by_what_was_heard_though_it_was_synthesised_before_its_release() {
        let mut room = Room::new();
        room.finished = 0.1;
        room.thinking = Works::After(ms(20));
        room.speaking = Works::After(ms(20));
        room.silence(500).says(QUESTION, 1000);
        room.until("release");
        room.silence(1_500).key();
        check_history(&room, &[(QUESTION, "It is ten past three.")]);
    }

    #[test]
    fn is_remembered_even_if_an_old_report_comes_late() {
        let mut room = room_while_speaking(|_| {}, 1_300);
        room.key().silence(20);
        let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
        room.tell(Event::Heard { turn, heard: ms(40) });
        check_history(&room, &[(QUESTION, "Once upon a time there")]);
    }

    #[test]
    fn that_is_empty_is_owned_up_to() {
        for answer in ["", "   ", "😀 ***"] {
            let mut room = Room::new();
            room.answer = answer.into();
            room.silence(500).says(QUESTION, 1000).quiet();
            assert_eq!(room.spoken(), ["Sorry, I have no answer to that."]);
            assert_eq!(room.outcomes(), [Outcome::Completed]);
        }
    }

    #[test]
    fn comes_from_the_router_where_nobody_needs_to_think() {
        struct Light;
        impl Router for Light {
            fn route(&self, request: &Request<'_>) -> Route {
                assert_eq!(request.answer_language, "en");
                Route::Say("Turning on the light.".into())
            }
        }
        for spoken in [true, false] {
            let mut room = Room::routed(|settings| settings.spoken = spoken, Box::new(Light), true);
            room.silence(500).says("turn on the light", 1000).quiet();
            room.types("turn on the light").quiet();
            assert_eq!(room.count("generate"), 0);
            let exchange = ("turn on the light", "Turning on the light.");
            check_history(&room, &[exchange, exchange]);
        }
    }

    #[test]
    fn to_an_unknown_language_names_the_voices() {
        let mut room = Room::new();
        room.language = "es".into();
        room.silence(500).says("¿Qué hora es?", 1000).quiet();
        assert_eq!(room.spoken(), ["I think you spoke Spanish,", "but I only have a voice for English."]);
        assert_eq!(room.count("generate"), 0);
    }

    #[test]
    fn takes_the_last_five_turns_into_account() {
        let mut room = Room::new();
        room.answer = "Yes.".into();
        for number in 1..=7 {
            room.silence(500).says(&format!("question number {number}"), 1000).quiet();
        }
        assert_eq!(room.history().len(), 5);
        let mut prompts = room.done.iter().filter_map(|(_, action)| {
            if let Action::Generate { messages, .. } = action { Some(messages) } else { None }
        });
        let last = prompts.next_back().expect("seven questions were asked");
        let questions: Vec<&str> = last
            .iter()
            .filter(|message| message.speaker == Speaker::Person)
            .map(|message| message.text.as_str())
            .collect();
        let expected: Vec<String> = (2..=7).map(|number| format!("question number {number}")).collect();
        assert_eq!(questions, expected);
    }
}

mod the_end_of_a_turn {
    use super::*;

    #[track_caller]
    fn check(mut room: Room, words: &str, silence: u64) {
        room.silence(500).says(words, 1000);
        assert_eq!(room.until("release"), ms(silence));
        assert_eq!(room.count("generate"), 1);
    }

    fn judged(finished: f32) -> Room {
        let mut room = Room::new();
        room.finished = finished;
        room
    }

    fn judging(judging: Works) -> Room {
        let mut room = Room::new();
        room.judging = judging;
        room
    }

    #[test]
    fn takes_200_ms_where_all_witnesses_agree() {
        check(judged(0.9), QUESTION, 200);
        check(judged(0.95), "turn on the light", 200);
    }

    #[test]
    fn takes_640_ms_where_they_disagree() {
        check(judged(0.8), "turn on the light", 640);
        check(judged(0.99), "turn on the", 640);
        check(judged(0.1), QUESTION, 640);
        check(judged(0.1), QUESTION, 640);
        check(judging(Works::Never), QUESTION, 640);
    }

    #[test]
    fn takes_1400_ms_where_all_say_unfinished() {
        check(judged(0.1), "turn on the", 1400);
    }

    #[test]
    fn takes_450_ms_without_the_model() {
        check(Room::without_judge(), QUESTION, 460);
        check(judging(Works::Fails), QUESTION, 460);
        let mut room = Room::new();
        room.degraded(Stage::Judging, true);
        check(room, QUESTION, 460);
        check(Room::without_judge(), "turn on the", 640);
    }

    #[test]
    fn is_judged_once_when_the_silence_begins() {
        let mut room = judged(0.1);
        room.silence(500).says(QUESTION, 1000).silence(100);
        assert_eq!(room.count("judge"), 1);
        room.finished = 0.9;
        assert_eq!(room.until("release"), ms(640 - 100));
        assert_eq!(room.count("judge"), 1);
    }

    #[test]
    fn waits_for_the_words() {
        let mut room = judged(0.9);
        room.listening = Works::After(ms(900));
        check(room, QUESTION, 960);
    }

    #[test]
    fn without_speculation_begins_to_transcribe_when_the_silence_is_enough() {
        let mut room = Room::with(|settings| settings.speculation = false);
        room.silence(500).says(QUESTION, 1000);
        assert_eq!(room.until("transcribe"), ms(200));
        assert_eq!(room.until("release"), ms(60));
        assert_eq!((room.count("generate"), room.count("cancel")), (1, 0));
    }

    #[test]
    fn is_not_in_a_frame_in_which_the_person_may_go_on() {
        let mut room = judged(0.9);
        room.silence(500).says("well", 500).silence(180);
        room.says("what is that", 600);
        assert_eq!(room.count("release"), 0);
        room.quiet();
        check_history(&room, &[("well what is that", "It is ten past three. Anything else?")]);
    }

    #[test]
    fn is_left_open_for_those_who_pause_to_think() {
        for pause in [300, 600] {
            let mut room = judged(0.1);
            room.silence(500).says("I would like a", 800).silence(pause);
            assert_eq!((room.count("transcribe"), room.count("generate")), (1, 1));
            assert_eq!(room.phase(), Phase::Deciding);
            room.says("cup of tea", 600).quiet();
            assert_eq!(room.count("release"), 1);
            assert_eq!(room.outcomes(), [Outcome::Completed]);
            check_history(&room, &[("I would like a cup of tea", "It is ten past three. Anything else?")]);
        }
    }

    #[test]
    fn comes_later_for_a_slow_speaker() {
        let mut room = judged(0.1);
        room.silence(500).says("I would like a", 800).silence(660);
        room.says("cup of tea", 600);
        assert_eq!(room.until("release"), ms(880), "a quarter more than the pause of 700 ms");
    }

    #[test]
    fn needs_no_end_after_28_seconds() {
        let mut room = Room::new();
        room.listening = Works::After(ms(1_500));
        let words: Vec<String> = (1..=80).map(|number| format!("word{number}")).collect();
        room.silence(500).says(&words.join(" "), 40_000);
        assert_eq!(room.count("release"), 0, "nobody is answered while they speak");
        room.quiet();
        assert_eq!((room.count("release"), room.count("pause")), (1, 0));
        check_history(&room, &[(&words.join(" "), "It is ten past three. Anything else?")]);
    }

    #[test]
    fn comes_even_if_noise_follows_28_seconds_of_words() {
        let mut room = Room::new();
        let words: Vec<String> = (1..=60).map(|number| format!("word{number}")).collect();
        room.silence(500).says(&words.join(" "), 30_000).noise(60_000).quiet();
        check_history(&room, &[(&words.join(" "), "It is ten past three. Anything else?")]);
    }
}

mod what_is_no_question {
    use super::*;

    #[test]
    fn noise_is_not_answered() {
        let mut room = Room::new();
        room.silence(500).noise(400).quiet();
        assert_eq!((room.count("(no words)"), room.count("release")), (1, 0));
        room.noise(40).silence(500);
        assert_eq!(room.count("(speech began)"), 1, "a click is no speech");
    }

    #[test]
    fn a_minute_of_noise_is_not_answered() {
        let mut room = Room::new();
        room.silence(500).noise(60_000).silence(320);
        assert_eq!((room.count("transcribe"), room.count("release")), (1, 0));
        room.says(QUESTION, 1000).quiet();
        assert_eq!(room.outcomes(), [Outcome::Completed], "after it, Parley listens again");
    }

    #[test]
    fn words_that_were_made_up_are_not_answered() {
        let mut room = Room::new();
        room.confidence = 0.2;
        room.silence(500).says("Thank you for watching.", 1000).quiet();
        assert_eq!((room.count("(no words)"), room.count("generate")), (1, 0));
    }
}

mod speech_over_an_answer {
    use super::*;

    #[test]
    fn with_words_cancels_it_and_cuts_history_to_what_was_heard() {
        let mut room = room_while_speaking(|_| {}, 1_300);
        assert_eq!(room.phase(), Phase::Speaking);
        room.says("No, what day is it?", 900);
        assert_eq!(room.phase(), Phase::Interrupted);
        room.quiet();
        assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
        let history = room.history();
        assert_eq!(history[0], (QUESTION.into(), "Once upon a time there".into()));
        assert_eq!(history[1].0, "No, what day is it?");
    }

    #[test]
    fn pauses_it_at_the_onset() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.says("No", 40);
        assert_eq!(room.count("pause"), 0);
        room.says("no", 20);
        assert_eq!(room.count("pause"), 1);
    }

    #[test]
    fn with_a_back_channel_resumes_it() {
        let mut room = room_while_speaking(|_| {}, 1_300);
        room.says("Mhm.", 300).quiet();
        assert_eq!((room.count("pause"), room.count("resume")), (1, 1));
        assert_eq!(room.outcomes(), [Outcome::Completed]);
        assert_eq!(room.history().len(), 1);
    }

    #[test]
    fn without_words_resumes_it() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.noise(200);
        assert_eq!(room.until("resume"), ms(120), "as soon as there is a transcript without words");
        room.quiet();
        assert_eq!((room.count("(no words)"), room.count("release")), (1, 1));
    }

    #[test]
    fn resumes_it_after_two_seconds_of_silence_if_nobody_finds_words() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.listening = Works::Never;
        room.noise(200);
        assert_eq!(room.until("resume"), ms(2_000));
        room.quiet();
        assert_eq!(room.outcomes(), [Outcome::Completed]);
    }

    #[test]
    fn cancels_it_even_if_the_words_are_known_only_after_it_was_resumed() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.listening = Works::After(ms(3_000));
        room.says("Stop that, please.", 600);
        assert_eq!(room.until("resume"), ms(2_000));
        room.silence(900);
        assert_eq!(room.phase(), Phase::Speaking);
        room.silence(300);
        assert_eq!(room.outcomes(), [Outcome::Interrupted]);
        room.quiet();
        assert_eq!(room.history()[1].0, "Stop that, please.");
    }

    #[test]
    fn that_is_only_noise_is_ignored_after_two_seconds_until_it_stops() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.noise(2_500);
        assert_eq!((room.count("pause"), room.count("resume")), (1, 1));
        assert_eq!(room.phase(), Phase::Speaking);
        room.noise(20_000);
        assert_eq!(room.count("pause"), 1);
        assert_eq!(room.outcomes(), [Outcome::Completed], "the noise went on, and so did the answer");
        room.silence(320).says("And now?", 900).quiet();
        assert_eq!(room.history().len(), 2);
    }

    #[test]
    fn with_words_cancels_it_before_they_end() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.says("Please tell me another one that is not about kings at all", 4_000);
        assert_eq!(room.outcomes(), [Outcome::Interrupted]);
        assert_eq!(room.phase(), Phase::Listening);
        room.quiet();
        assert_eq!(room.history()[1].0, "Please tell me another one that is not about kings at all");
    }

    #[test]
    fn that_comes_and_goes_is_found_to_be_noise() {
        let mut room = room_while_speaking(|room| room.listening = Works::After(ms(700)), 500);
        for _ in 0..20 {
            room.noise(240).silence(160);
        }
        assert!(room.count("resume") >= 1, "{:?}", room.kinds());
        room.quiet();
        assert_eq!(room.outcomes(), [Outcome::Completed]);
    }

    #[test]
    fn with_words_and_many_short_pauses_cancels_it_however_slow_the_ears() {
        let mut room = room_while_speaking(|room| room.listening = Works::After(ms(1_500)), 500);
        for part in
            ["please tell", "me another", "one that", "is not", "about kings", "but about", "a queen", "instead"]
        {
            room.says(part, 600).silence(140);
        }
        room.quiet();
        assert_eq!((room.count("pause"), room.count("resume")), (1, 0));
        assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    }

    #[test]
    fn waits_no_longer_than_six_seconds_for_ears_that_do_not_answer() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.listening = Works::Never;
        room.noise(5_900);
        assert_eq!(room.count("resume"), 0);
        room.noise(300);
        assert_eq!(room.count("resume"), 1);
        room.noise(3_000);
        assert_eq!(room.count("pause"), 1, "what goes on is ignored");
    }

    #[test]
    fn in_its_last_moment_belongs_to_the_next_turn() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.noise(60);
        let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
        room.tell(Event::PlaybackEnded { turn });
        assert_eq!(room.outcomes(), [Outcome::Completed]);
        room.says("And what day is it?", 1000).quiet();
        assert_eq!(room.history()[1].0, "And what day is it?");
    }

    #[test]
    fn does_not_take_words_twice() {
        let mut room = Room::new();
        room.finished = 0.99;
        (room.thinking, room.speaking) = (Works::After(ms(20)), Works::After(ms(20)));
        room.answer = "Yes. Certainly, and with the greatest pleasure.".into();
        room.silence(500).says("say one two three four five six seven", 500).silence(260);
        assert_eq!(room.phase(), Phase::Speaking);
        room.says("and off again please", 1000).quiet();
        assert_eq!(room.history()[0].0, "say one two three four five six seven");
        assert_eq!(room.history()[1].0, "and off again please");
    }
}

mod a_premature_release {
    use super::*;

    #[test]
    fn is_withdrawn_and_both_parts_are_one_question() {
        let mut room = Room::new();
        room.thinking = Works::After(ms(800));
        room.silence(500).says("what is the weather", 1000);
        room.until("release");
        room.silence(300).says("like in Paris today?", 1000).quiet();
        assert_eq!(room.outcomes(), [Outcome::Withdrawn, Outcome::Completed]);
        check_history(&room, &[("what is the weather like in Paris today?", "It is ten past three. Anything else?")]);
    }

    #[test]
    fn is_one_question_even_if_a_first_sound_got_out() {
        let mut room = Room::new();
        room.thinking = Works::After(ms(800));
        room.silence(500).says("what is the weather", 1000);
        room.until("release");
        let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
        room.silence(300).says("like", 60);
        room.tell(Event::Heard { turn, heard: ms(20) });
        room.says("in Paris today?", 1000).quiet();
        assert_eq!(room.outcomes(), [Outcome::Withdrawn, Outcome::Completed]);
        assert_eq!(room.history().len(), 1);
    }

    #[test]
    fn is_one_question_even_if_a_key_is_pressed_or_the_voice_fails_meanwhile() {
        for stage in [None, Some(Stage::Speaking)] {
            let mut room = Room::new();
            room.thinking = Works::After(ms(800));
            room.silence(500).says("what is the weather", 1000);
            room.until("release");
            let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
            room.silence(300).says("like in", 400);
            let failed = stage.map(|stage| Event::Failed { turn, stage });
            room.tell(failed.unwrap_or(Event::Interrupt));
            room.says("Paris today?", 600).quiet();
            assert_eq!(room.outcomes(), [Outcome::Withdrawn, Outcome::Completed]);
            assert_eq!(room.history().len(), 1);
        }
    }

    #[test]
    fn is_no_reason_to_forget_a_question_when_there_was_only_noise() {
        let mut room = Room::new();
        room.thinking = Works::After(ms(4_000));
        room.silence(500).says(QUESTION, 1000);
        room.until("release");
        room.silence(300).noise(2_600).quiet();
        assert_eq!(room.outcomes(), [Outcome::Completed]);
        check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
        assert_eq!(room.count("resume"), 1);
    }

    #[test]
    fn teaches_patience() {
        let mut room = Room::new();
        room.thinking = Works::After(ms(2_000));
        room.finished = 0.1;
        room.silence(500).says("what is the weather", 1000).silence(760);
        assert_eq!(room.count("release"), 1);
        room.says("like in Paris today?", 1000);
        assert_eq!(room.until("release"), ms(1_040), "a quarter more than the pause of 820 ms");
    }

    #[test]
    fn is_not_taken_up_after_half_of_what_the_ears_can_take() {
        let mut room = Room::new();
        room.thinking = Works::After(ms(30_000));
        room.silence(500).says("tell me a very long story", 1_000);
        room.until("release");
        room.silence(15_000).says("or a poem", 1000).quiet();
        assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
        assert_eq!(room.history()[0], ("tell me a very long story".into(), String::new()));
        assert_eq!(room.history()[1].0, "or a poem");
    }
}

mod a_key {
    use super::*;

    #[test]
    fn silences_an_answer() {
        let mut room = room_while_speaking(|_| {}, 1_300);
        room.key();
        assert_eq!(room.phase(), Phase::Quiet);
        room.quiet();
        check_history(&room, &[(QUESTION, "Once upon a time there")]);
        assert_eq!(room.outcomes(), [Outcome::Interrupted]);
    }

    #[test]
    fn stops_an_answer_that_is_not_heard_yet() {
        let mut room = Room::new();
        room.silence(500).says(QUESTION, 1000);
        room.until("release");
        room.key().quiet();
        check_history(&room, &[(QUESTION, "")]);
    }

    #[test]
    fn is_ignored_unless_an_answer_is_being_said() {
        let mut room = Room::new();
        room.key().silence(500).key().says("What time", 500).key();
        room.says("is it?", 500).silence(120).key();
        assert_eq!((room.phase(), room.count("cancel")), (Phase::Deciding, 0));
        room.quiet();
        check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
    }

    #[test]
    fn while_somebody_speaks_over_an_answer_leaves_their_words() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.says("And what", 400).key().says("day is it?", 500).quiet();
        assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
        assert_eq!(room.history()[1].0, "And what day is it?");
    }

    #[test]
    fn makes_parley_listen_to_what_it_took_for_noise() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.noise(3_000).key().says("Stop that and tell me the time.", 1_500).quiet();
        assert_eq!(room.history()[1].0, "Stop that and tell me the time.");
    }

    #[test]
    fn alone_interrupts_in_a_room_with_an_echo() {
        let mut room = Room::with(|settings| settings.barge_in = BargeIn::Key);
        room.silence(500).says(QUESTION, 1000);
        room.until("speak-0");
        room.says("that is my own voice", 1500);
        assert_eq!((room.count("pause"), room.count("(speech began)")), (0, 1));
        room.key().noise(180);
        assert_eq!(room.count("(speech began)"), 1, "the echo dies away");
        room.silence(300).says("And what day is it?", 1000).quiet();
        assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    }

    #[test]
    fn is_not_needed_in_a_room_with_an_echo_while_parley_thinks() {
        let mut room = Room::with(|settings| settings.barge_in = BargeIn::Key);
        room.thinking = Works::After(ms(2_000));
        room.silence(500).says("what is the weather", 1000);
        room.until("release");
        room.silence(200).says("in Paris", 600).quiet();
        assert_eq!(room.outcomes(), [Outcome::Withdrawn, Outcome::Completed]);
    }
}

mod typed_words {
    use super::*;

    #[test]
    fn are_answered_like_spoken_ones() {
        let mut room = Room::new();
        room.types(QUESTION).quiet();
        check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
        room.types(" ").quiet();
        assert_eq!(room.count("release"), 1, "no words, no turn");
    }

    #[test]
    fn that_no_model_could_hold_are_refused_and_forgotten() {
        let mut room = Room::new();
        room.types(&"long ".repeat(900)).quiet();
        assert_eq!((room.count("generate"), room.count("release")), (0, 1));
        check_history(&room, &[]);
    }

    #[test]
    fn replace_an_answer() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.types("And the day?").quiet();
        assert_eq!(room.outcomes(), [Outcome::Interrupted, Outcome::Completed]);
    }

    #[test]
    fn are_not_interrupted_by_whoever_was_speaking() {
        let mut room = Room::new();
        room.silence(500).says("and then I said to her", 2000).types(QUESTION);
        room.says("that I would not do it", 2000).quiet();
        assert_eq!(room.count("pause"), 0);
        check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
    }

    #[test]
    fn throw_away_a_draft() {
        let mut room = Room::new();
        room.finished = 0.1;
        room.silence(500).says("What day is it?", 1000).silence(400).types(QUESTION).quiet();
        assert_eq!(room.count("generate"), 2);
        check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
    }
}

mod shown_text {
    use super::*;

    fn room() -> Room {
        Room::with(|settings| settings.spoken = false)
    }

    #[test]
    fn counts_as_heard_and_ends_the_turn() {
        let mut room = room();
        room.types(QUESTION).quiet();
        assert_eq!((room.count("speak-0"), room.count("end-speech")), (0, 0));
        room.silence(500).says("And the day?", 1000).quiet();
        assert_eq!(room.outcomes(), [Outcome::Completed, Outcome::Completed]);
        let answer = "It is ten past three. Anything else?";
        check_history(&room, &[(QUESTION, answer), ("And the day?", answer)]);
    }

    #[test]
    fn that_was_drafted_to_its_end_ends_the_turn_at_its_release() {
        let mut room = room();
        (room.finished, room.thinking) = (0.1, Works::After(ms(20)));
        room.silence(500).says(QUESTION, 1000);
        room.until("release");
        assert_eq!(room.outcomes(), [Outcome::Completed]);
        assert_eq!(room.phase(), Phase::Quiet);
    }

    #[test]
    fn is_remembered_as_far_as_it_was_shown() {
        let mut room = room();
        room.answer = "It is ten past three. ".to_owned() + &"And so on. ".repeat(50);
        room.types(QUESTION).silence(400).key().quiet();
        let history = room.history();
        assert!(history[0].1.starts_with("It is ten past three."), "{history:?}");
        assert!(history[0].1.len() < 100);
    }

    #[test]
    fn is_not_paused_but_gives_way() {
        let mut room = room();
        room.answer = "Sentence of some length. ".repeat(50);
        room.types(QUESTION).silence(500).says("stop and tell me the day", 1000);
        room.silence(300);
        assert_eq!((room.count("pause"), room.count("resume")), (0, 0));
        assert_eq!(room.outcomes(), [Outcome::Interrupted]);
    }
}

mod an_engine_that_fails {
    use super::*;

    #[test]
    fn to_hear_is_owned_up_to() {
        let mut room = Room::new();
        room.listening = Works::Fails;
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.spoken().join(" "), "Sorry, I could not hear that. Please say it again.");
        check_history(&room, &[]);
    }

    #[test]
    fn to_hear_resumes_the_answer_that_was_spoken_over() {
        for noise in [400, 4_000] {
            let mut room = room_while_speaking(|_| {}, 500);
            room.listening = Works::Fails;
            room.noise(noise).quiet();
            assert_eq!((room.count("pause"), room.count("resume")), (1, 1));
            assert_eq!(room.outcomes(), [Outcome::Completed]);
        }
    }

    #[test]
    fn to_think_is_owned_up_to() {
        let mut room = Room::new();
        room.thinking = Works::Fails;
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.spoken(), ["Sorry, I have no answer to that."]);
        assert_eq!((room.count("end-speech"), room.outcomes()), (1, vec![Outcome::Completed]));
    }

    #[test]
    fn to_think_in_the_middle_says_what_there_is() {
        let mut room = Room::new();
        room.silence(500).says(QUESTION, 1000);
        room.until("speak-0");
        let turn = room.conversation.history().exchanges().next().expect("one turn").turn;
        room.tell(Event::Failed { turn, stage: Stage::Thinking });
        room.quiet();
        assert_eq!(room.spoken(), ["It is ten past three."]);
        assert_eq!((room.count("end-speech"), room.outcomes()), (1, vec![Outcome::Completed]));
    }

    #[test]
    fn to_speak_ends_the_turn_and_history_holds_nothing() {
        for finished in [0.9, 0.3] {
            let mut room = Room::new();
            (room.finished, room.speaking) = (finished, Works::Fails);
            room.silence(500).says(QUESTION, 1000).quiet();
            assert_eq!(room.outcomes(), [Outcome::Interrupted]);
            check_history(&room, &[(QUESTION, "")]);
        }
    }

    #[test]
    fn to_judge_costs_a_moment() {
        let mut room = Room::new();
        room.judging = Works::Fails;
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.outcomes(), [Outcome::Completed]);
    }

    #[test]
    fn for_good_is_announced_once_and_only_in_a_quiet_moment() {
        let mut room = room_while_speaking(|_| {}, 500);
        let before = room.spoken().len();
        room.degraded(Stage::Thinking, true).degraded(Stage::Thinking, true);
        room.silence(500);
        assert_eq!(room.count("release"), 1, "not while an answer is heard");
        room.quiet();
        assert_eq!(room.count("(degraded)"), 1);
        assert_eq!(
            room.spoken()[before..].join(" "),
            "I cannot think of answers at the moment. I am trying to get it working again."
        );
        assert_eq!(room.history().len(), 1, "announcements do not enter history");
        room.degraded(Stage::Thinking, false).silence(1_000);
        assert_eq!((room.count("(degraded)"), room.count("release")), (2, 2));
    }

    #[test]
    fn for_good_is_not_announced_once_it_works_again() {
        let mut room = Room::new();
        room.silence(500).says(QUESTION, 1000);
        room.degraded(Stage::Listening, true).degraded(Stage::Listening, false).quiet();
        assert_eq!(room.count("release"), 1);
    }

    #[test]
    fn for_good_is_not_announced_while_somebody_begins_to_speak() {
        let mut room = Room::new();
        room.silence(500).says("What", 40).degraded(Stage::Thinking, true);
        assert_eq!(room.count("release"), 0);
        room.says("time is it?", 1000).quiet();
        assert_eq!(room.history()[0].0, QUESTION);
    }

    #[test]
    fn for_good_does_not_ask_to_say_it_again() {
        let mut room = Room::new();
        room.listening = Works::Fails;
        room.silence(500).says(QUESTION, 1000).degraded(Stage::Listening, true).quiet();
        let spoken = "I cannot understand speech at the moment. I am trying to get it working again.";
        assert_eq!(room.spoken().join(" "), spoken);
    }

    #[test]
    fn for_good_is_said_instead_of_an_answer_and_not_again() {
        let mut room = Room::new();
        room.thinking = Works::Fails;
        room.silence(500).says(QUESTION, 1000);
        room.until("generate");
        room.degraded(Stage::Thinking, true).quiet();
        let spoken = "I cannot think of answers at the moment. I am trying to get it working again.";
        assert_eq!(room.spoken().join(" "), spoken);
    }
}

mod a_microphone_that_dies {
    use super::*;

    #[test]
    fn in_the_middle_of_a_word_is_not_waited_for() {
        let mut room = Room::new();
        room.silence(500).says("What", 300).dead_microphone(2_200);
        assert_eq!(room.phase(), Phase::Quiet);
        room.silence(500).says(QUESTION, 1000).quiet();
        assert_eq!(room.outcomes(), [Outcome::Completed]);
    }

    #[test]
    fn while_an_answer_is_paused_resumes_it() {
        let mut room = room_while_speaking(|_| {}, 500);
        room.noise(200).dead_microphone(2_200);
        assert_eq!(room.count("resume"), 1);
        room.dead_microphone(10_000);
        assert_eq!(room.outcomes(), [Outcome::Completed]);
    }

    #[test]
    fn after_a_question_does_not_keep_the_answer() {
        for speculation in [true, false] {
            let mut room = Room::with(|settings| settings.speculation = speculation);
            room.finished = 0.1;
            room.silence(500).says(QUESTION, 1000).silence(160).dead_microphone(15_000);
            check_history(&room, &[(QUESTION, "It is ten past three. Anything else?")]);
        }
    }
}

#[test]
fn the_first_consonant_is_transcribed_too() {
    let mut room = Room::new();
    room.silence(1_000).says(QUESTION, 1000).silence(200);
    let from = room.done.iter().find_map(
        |(_, action)| {
            if let Action::Transcribe { from, .. } = action { Some(*from) } else { None }
        },
    );
    let onset = Duration::from_millis(1_060);
    assert_eq!(from, Some(Position(onset - ms(380))));
}
