//! A Parley that sleeps until it is called, with the networks and engines of the profile `tiny`; and one that is taught a word.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parley_audio::playback::LOUDSPEAKER_HZ;
use parley_audio::sample::Sample;
use parley_conversation::{AnnouncementOutcome, Event, Notice, Outcome, Waking};
use parley_daemon::conductor::{Generating, Observation};
use parley_daemon::own_words::OwnWords;
use parley_daemon::rehearsal::Room;
use parley_daemon::session;
use parley_daemon::wake_words::WakeWords;
use parley_daemon::workers::{Needed, Workers};
use parley_models::{Catalogue, Manifest, Store, default_dir};
use parley_settings::{BargeInSetting, Config, WakeWord};
use parley_speech::write_wav;

use crate::support::{fail, parley, programs, scratch, succeed};

/// The voice of the profile says it.
fn said(text: &str) -> Vec<i16> {
    let wav = scratch().join("called.wav");
    succeed(parley().args(["say", "--output"]).arg(&wav).arg(text));
    parley_audio::wav::load(&wav, 16_000).expect("it is a WAV file")
}

/// What was understood, and whether it was attentive, until both have been the same for so long.
async fn heard(room: &mut Room, samples: Vec<i16>) -> (Vec<String>, bool) {
    const REST: Duration = Duration::from_secs(4);
    let mut observations = room.handle().observations.subscribe();
    let rest = REST + Duration::from_millis(samples.len() as u64 / 16);
    room.say(samples).expect("there is room");
    let (mut words, mut attentive) = (Vec::new(), false);
    while let Ok(observation) = tokio::time::timeout(rest, observations.recv()).await {
        match observation.expect("somebody conducts") {
            Observation::Notice(Notice::Understood { text, .. }) => words.push(text),
            Observation::Notice(Notice::Attentive { attentive: now }) => attentive |= now,
            Observation::Notice(_) | Observation::Turn(_) => {}
        }
    }
    (words, attentive)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A room in which it sleeps until it hears "hey Jarvis", or one of these words.
async fn asleep(own: &OwnWords) -> Room {
    asleep_until("hey jarvis", BargeInSetting::Auto, own).await
}

async fn asleep_until(word: &str, barge_in: BargeInSetting, own: &OwnWords) -> Room {
    let mut config = Config::default();
    config.engines.folder = Some(programs());
    config.conversation.wake_words = vec![WakeWord::Usual(word.into())];
    config.conversation.barge_in = barge_in;
    let folder = default_dir(|name| std::env::var_os(name)).expect("a folder for models");
    let catalogue = Catalogue::new(Manifest::embedded().expect("it is whole"), Store::new(folder).expect("a store"));
    let models = catalogue.select("tiny").expect("`cargo xtask test` fetches the models");
    let wake_words = WakeWords::read(&config, &Arc::new(catalogue), own);
    assert_eq!(wake_words.problems, Vec::<String>::new());
    let workers = Workers::spawn(&config, &models, Needed::All).expect("workers");
    let settings = session::settings_at_device(&config, &models, LOUDSPEAKER_HZ);
    let room = Room::asleep(settings, Generating::default(), workers, wake_words).expect("a room");
    room.ready().await.expect("every engine starts");
    room
}

#[test]
fn only_what_is_said_behind_its_name_is_answered_and_what_follows() {
    let question = "What is two plus two?";
    let called = said(&format!("Hey Jarvis, {}", question.to_lowercase()));
    let (plain, follows) = (said(question), said("And what is three plus three?"));
    runtime().block_on(async {
        let mut room = asleep(&OwnWords::default()).await;
        assert_eq!(heard(&mut room, plain).await, (vec![], false), "nobody has called");
        let (words, attentive) = heard(&mut room, called).await;
        assert!(attentive && words.len() == 1, "{words:?}");
        let said = words[0].to_lowercase();
        assert!(said.contains("what") && said.contains("plus"), "all of the question: {words:?}");
        assert!(!said.contains("jarvis"), "its name is no part of it: {words:?}");
        let (words, _) = heard(&mut room, follows).await;
        assert!(words.len() == 1 && words[0].contains("plus"), "nobody has to call again: {words:?}");
        room.close().await;
    });
}

#[test]
fn who_says_stop_ends_an_answer_where_only_a_key_may() {
    let question = said("Hey Jarvis, tell me a story about the sea and a ship.");
    // Who speaks before the answer is heard goes on with the question; who is not heard says it again. What hears it looks every 80 ms, and
    // misses this voice at some places between two looks (`measure wake --part stop`): no two of these fall into the same.
    let once = said("Stop!");
    let pauses = [16_000, 8_000 + 240, 8_000 + 480, 8_000 + 720, 8_000 + 960];
    let stop: Vec<i16> = pauses.into_iter().flat_map(|pause| [vec![0; pause], once.clone()].concat()).collect();
    runtime().block_on(async {
        for stops in [true, false] {
            let room = asleep_until("hey jarvis", BargeInSetting::Key, &OwnWords::default()).await;
            let mut observations = room.handle().observations.subscribe();
            room.say(question.clone()).expect("there is room");
            let mut is_said = false;
            let ended = loop {
                let observation = tokio::time::timeout(Duration::from_secs(60), observations.recv()).await;
                match observation.expect("it ends some time").expect("somebody conducts") {
                    Observation::Notice(Notice::Answering { .. })
                        if stops && !std::mem::replace(&mut is_said, true) =>
                    {
                        room.say(stop.clone()).map(drop).expect("there is room");
                    }
                    Observation::Notice(Notice::Ended { outcome, .. }) => break outcome,
                    Observation::Notice(_) | Observation::Turn(_) => {}
                }
            };
            assert_eq!(ended, if stops { Outcome::Interrupted } else { Outcome::Completed }, "{stops}");
            room.close().await;
        }
    });
}

#[test]
fn a_word_is_taught_by_voice_and_heard_at_once_and_after_a_start() {
    let examples = ["Hey Parley.", "Hey Parley!", "Hey, Parley.", "Hey Parley?", "Oh, hey Parley."].map(said);
    let (wish, called) = (said("Learn a new wake word."), said("Hey Parley, what is two plus two?"));
    let folder = scratch().join("taught-by-voice");
    let own = OwnWords::below(&folder);
    runtime().block_on(async {
        let mut room = asleep(&own).await;
        let mut observations = room.handle().observations.subscribe();
        room.handle().control.send(Event::Woken { by: Waking::Button }).await.expect("somebody conducts");
        room.say(wish).expect("there is room");
        let (mut examples, mut said) = (examples.iter().cycle(), Vec::new());
        let lesson = async {
            // Until it sleeps again, after each tone the next example: a recogniser may not understand one.
            loop {
                match observations.recv().await.expect("somebody conducts") {
                    Observation::Notice(Notice::Answering { text, .. }) => said.push(text),
                    Observation::Notice(Notice::Announced { outcome: AnnouncementOutcome::Heard, .. })
                        if said.len() < 3 =>
                    {
                        // Nobody speaks sooner than half a second after a tone.
                        let example = [vec![0; 8_000], examples.next().cloned().unwrap_or_default()].concat();
                        room.say(example).expect("there is room");
                    }
                    Observation::Notice(Notice::Attentive { attentive: false }) => return,
                    Observation::Notice(_) | Observation::Turn(_) => {}
                }
            }
        };
        let in_time = tokio::time::timeout(Duration::from_secs(150), lesson).await;
        assert!(in_time.is_ok() && said.iter().any(|said| said.starts_with("Learnt")), "{in_time:?}: {said:?}");
        assert_eq!(own.names().len(), 1);
        let (words, attentive) = heard(&mut room, called.clone()).await;
        assert!(attentive && words.len() == 1, "without a start: {words:?}");
        room.close().await;
        let mut room = asleep(&own).await;
        let (words, attentive) = heard(&mut room, called).await;
        assert!(attentive && words.len() == 1, "after a start: {words:?}");
        room.close().await;
    });
}

/// A folder of recordings of the profile's voice, one for each text.
fn recordings(folder: &Path, texts: &[&str]) -> Vec<PathBuf> {
    std::fs::create_dir_all(folder).expect("it can be made");
    let say = |(index, text): (usize, &&str)| {
        let path = folder.join(format!("{index}.wav"));
        let sound: Vec<f32> = said(text).into_iter().map(Sample::into_f32).collect();
        write_wav(&path, &sound).expect("it can be written");
        path
    };
    texts.iter().enumerate().map(say).collect()
}

#[test]
fn a_word_is_taught_by_five_examples_and_heard_in_one_breath_with_a_question() {
    let folder = scratch().join("taught");
    let examples =
        recordings(&folder, &["Hey Marlow.", "Hey Marlow!", "Hey, Parley.", "Hey Marlow?", "Oh, hey Marlow."]);
    recordings(
        &folder.join("positive"),
        &["Hey Marlow, what time is it?", "Hey Marlow, turn on the light.", "Hey Marlow!"],
    );
    recordings(
        &folder.join("negative"),
        &["What time is it?", "Turn on the light, please.", "Is the party on Friday?"],
    );
    let parley = || {
        let mut parley = parley();
        parley.env("XDG_STATE_HOME", folder.join("state")).env_remove("STATE_DIRECTORY");
        parley
    };
    let learnt = succeed(parley().args(["wake", "learn", "Hey Marlow", "--json"]).args(&examples));
    assert!(learnt.contains(r#""examples":5,"#) && learnt.contains(r#""listened_for":false"#), "{learnt}");
    assert!(succeed(parley().args(["wake", "list"])).contains("hey marlow: taught"));
    let heard = succeed(parley().args(["wake-test", "--word", "hey marlow", "--json"]).arg(&folder));
    assert!(heard.contains(r#""found":3,"missed":0,"false_accepts":0"#), "{heard}");

    let other = recordings(
        &folder.join("other"),
        &["Good morning.", "Thirty two.", "A kitchen lamp.", "Seaside.", "Umbrella."],
    );
    let refused = |examples: &[PathBuf]| fail(parley().args(["wake", "learn", "other"]).args(examples));
    assert!(refused(&other).contains("sound like different words"), "{}", refused(&other));
    let one_other = [&examples[..4], &other[..1]].concat();
    assert!(refused(&one_other).contains("example 5 sounds like another word"), "{}", refused(&one_other));
    let silent = folder.join("silent.wav");
    write_wav(&silent, &[0.0; 32_000]).expect("it can be written");
    let silent = [&examples[..4], &[silent]].concat();
    assert!(refused(&silent).contains("nothing is said in example 5"), "{}", refused(&silent));
    assert!(refused(&examples[..2]).contains("say the word five times"));
    succeed(parley().args(["wake", "forget", "hey marlow"]));
    assert!(!succeed(parley().args(["wake", "list"])).contains("taught"));
}
