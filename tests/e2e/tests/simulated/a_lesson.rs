//! Somebody teaches a new wake word by voice. Who learns it is scripted, as the engines are.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use parley_conversation::{Event, LessonResult, Phase};
use parley_daemon::conductor::Teacher;
use parley_e2e::world::{Scene, World};

use super::{answers, ms, questions};

const BEGINS: &str = "Say the name five times, each time after the tone.";

/// A scripted teacher: it notes what it is to learn and forget, and says what it was told to.
#[derive(Default)]
struct ScriptedTeacher {
    refuses: Option<LessonResult>,
    /// Names with the lengths of their examples, in ms.
    learnt: Mutex<Vec<(String, Vec<usize>)>>,
    forgotten: Mutex<Vec<String>>,
}

impl Teacher for ScriptedTeacher {
    fn learn(&self, name: &str, examples: &[Vec<i16>]) -> LessonResult {
        let lengths = examples.iter().map(|example| example.len() / 16).collect();
        self.learnt.lock().expect("nobody panicked").push((name.to_owned(), lengths));
        self.refuses.clone().unwrap_or_else(|| LessonResult::Learnt(name.to_owned()))
    }

    fn forget(&self, name: &str) -> LessonResult {
        self.forgotten.lock().expect("nobody panicked").push(name.to_owned());
        LessonResult::Forgotten(name.to_owned())
    }

    fn names(&self) -> Vec<String> {
        self.learnt.lock().expect("nobody panicked").iter().map(|(name, _)| name.clone()).collect()
    }
}

fn taught_by(teacher: &Arc<ScriptedTeacher>) -> World {
    World::new(Scene { teacher: Some(Arc::clone(teacher) as _), ..Scene::default() })
}

/// Somebody asks for a lesson, and hears the invitation.
async fn lesson(teacher: &Arc<ScriptedTeacher>) -> World {
    let mut world = taught_by(teacher);
    world.say("Learn a new wake word");
    world.until("the invitation", |world| answers(world) == [BEGINS]).await;
    world
}

/// The next tone is over, and somebody says something.
async fn says(world: &mut World, tone: usize, words: &str) {
    let heard = |world: &World| world.turns().iter().filter(|turn| turn.announces && turn.ended.is_some()).count();
    world.until("a tone", |world| heard(world) == tone).await;
    world.run(ms(500)).await;
    world.say(words);
    world.said().await;
}

/// It listens to questions as ever.
async fn is_not_deaf(world: &mut World) {
    let asked = world.language_model.counts().asked;
    world.ask("what time is it").await;
    assert_eq!(questions(world).last(), Some(&"what time is it"));
    assert!(world.language_model.counts().asked > asked);
}

#[tokio::test(start_paused = true)]
async fn a_whole_one_ends_with_a_word_that_is_listened_for() {
    let teacher = Arc::new(ScriptedTeacher::default());
    let mut world = lesson(&teacher).await;
    for (tone, words) in ["Hey party", "Hey Parley", "hey parley", "Hey Parley.", "Oh Charlie"].into_iter().enumerate()
    {
        says(&mut world, tone + 1, words).await;
    }
    world.until("the end", |world| answers(world).iter().any(|answer| answer.starts_with("Learnt."))).await;
    world.quiet().await;
    let learnt = teacher.learnt.lock().unwrap().clone();
    let [(name, lengths)] = learnt.as_slice() else { panic!("it learns once: {learnt:?}") };
    assert_eq!(name, "Hey Parley");
    assert!(lengths.len() == 5 && lengths.iter().all(|ms| (800..2_500).contains(ms)), "{lengths:?}");
    assert_eq!(answers(&world).last().map(String::as_str), Some("Learnt. From now on I also listen to Hey Parley."));
    assert_eq!(questions(&world).iter().filter(|question| !question.is_empty()).count(), 1, "no example is a question");
    assert_eq!(world.language_model.counts().asked, 0, "a lesson needs no language model");
    world.ask("Hey Parley what time is it").await;
    assert_eq!(questions(&world).last(), Some(&"what time is it"), "its new name is no part of a question");
}

#[tokio::test(start_paused = true)]
async fn one_that_is_broken_off_leaves_nothing_behind() {
    let teacher = Arc::new(ScriptedTeacher::default());
    // By a word; by a key; by silence; during the invitation; by a program.
    for way in 0..5 {
        let mut world = lesson(&teacher).await;
        if way == 3 {
            world.tell(Event::Interrupt).await;
        } else {
            says(&mut world, 1, "Hey Parley").await;
        }
        match way {
            0 => says(&mut world, 2, "Never mind").await,
            1 => world.tell(Event::Interrupt).await,
            2 => world.run(ms(30_000)).await,
            3 => {}
            _ => {
                world.run(ms(2_000)).await;
                world.tell(Event::Typed { text: "hello there".into() }).await;
            }
        }
        // The silence behind an example is longer than a world's.
        world.run(ms(3_000)).await;
        world.quiet().await;
        let said = answers(&world).join(" ");
        assert_eq!(said.contains("All right, then"), way == 0, "{said}");
        assert_eq!(said.contains("could not hear a name"), way == 2, "{said}");
        let tones = world.turns().len();
        world.run(ms(20_000)).await;
        assert_eq!(world.turns().len(), tones, "no tone comes any more");
        is_not_deaf(&mut world).await;
        assert!(teacher.learnt.lock().unwrap().is_empty());
        assert!(world.close().await);
    }
}

#[tokio::test(start_paused = true)]
async fn examples_that_are_none_are_told_in_words() {
    let teacher = Arc::new(ScriptedTeacher { refuses: Some(LessonResult::Different), ..ScriptedTeacher::default() });
    let mut world = lesson(&teacher).await;
    for tone in 1..=5 {
        says(&mut world, tone, "Hey Parley").await;
    }
    world.until("the end", |world| answers(world).len() > 6).await;
    world.quiet().await;
    let said = answers(&world);
    assert!(said.last().is_some_and(|said| said.starts_with("Those did not all sound alike.")), "{said:?}");
    is_not_deaf(&mut world).await;
}

#[tokio::test(start_paused = true)]
async fn an_engine_or_a_loudspeaker_that_fails_ends_it() {
    let teacher = Arc::new(ScriptedTeacher::default());
    for loudspeaker in [true, false] {
        let mut world = lesson(&teacher).await;
        says(&mut world, 1, "Hey Parley").await;
        world.run(ms(200)).await;
        if loudspeaker {
            world.lose_loudspeaker(Duration::from_secs(100));
        } else {
            world.speech_to_text.fail_always(Some(parley_engines::scripted::Fault::Refuse("no".into())));
        }
        for _ in 0..4 {
            world.say("Hey Parley");
            world.run(ms(25_000)).await;
        }
        world.speech_to_text.fail_always(None);
        world.quiet().await;
        world.run(ms(70_000)).await;
        world.quiet().await;
        is_not_deaf(&mut world).await;
        assert!(teacher.learnt.lock().unwrap().is_empty());
        assert!(world.close().await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_word_is_forgotten_and_where_none_wakes_it_there_is_no_lesson() {
    let teacher = Arc::new(ScriptedTeacher::default());
    let mut world = taught_by(&teacher);
    world.ask("Forget the wake word Hey Parley").await;
    assert_eq!(*teacher.forgotten.lock().unwrap(), ["hey parley"]);
    assert_eq!(answers(&world), ["I no longer listen to hey parley."]);
    assert!(world.close().await);
    let mut world = World::new(Scene::default());
    world.ask("Learn a new wake word").await;
    assert_eq!(answers(&world), ["Nobody has to call me here, so I need no name."]);
    world.run(ms(10_000)).await;
    assert_eq!((world.turns().len(), world.phase), (1, Phase::Quiet), "no tone follows");
}
