//! Nobody is held while somebody listens: the engines are done with an answer long before it was heard, and what waits
//! to be heard is bounded.

use std::time::Duration;

use parley_conversation::{Event, Phase};
use parley_e2e::world::{Scene, World, voice};
use parley_engines::scripted::Pace;
use parley_engines::{ChatMessage, Engine, Generate, Order, Priority, Role, Speak};
use tokio::time::Instant;

use super::ms;

/// What a turn may hold, and the clause that was begun while there was room.
const MOST_HELD: Duration = Duration::from_secs(180 + 6);

fn endless() -> Scene {
    // Ten minutes of speech, in fewer clauses than onlookers may miss.
    let sentence =
        |number| format!("This is sentence {number} and it goes on for quite a while until it comes to an end. ");
    let sentences = move |_: &str| (0..120).map(sentence).collect::<String>();
    let mut scene = Scene { answers: Box::new(sentences), ..Scene::default() };
    scene.generating.max_tokens = 100_000;
    scene
}

#[tokio::test(start_paused = true)]
async fn no_engine_is_held_while_somebody_listens_and_what_is_held_is_bounded() {
    let mut world = World::new(endless());
    world.language_model.set_pace(Pace { first: ms(10), each: ms(0) });
    world.text_to_speech.set_pace(Pace { first: ms(10), each: ms(0) });
    world.say("tell me everything");
    world.until_heard().await;
    let (mut longest, mut idle) = (Duration::ZERO, 0);
    for _ in 0..40 {
        world.run(ms(777)).await;
        let counts = world.text_to_speech.counts();
        let turn = world.turns()[0];
        let synthesised = turn.clauses.iter().take(counts.finished as usize).map(|clause| voice::length(clause));
        longest = longest.max(synthesised.sum::<Duration>().saturating_sub(turn.heard));
        idle += u32::from(counts.asked == counts.finished);
    }
    assert!(longest < MOST_HELD, "{longest:?} are held");
    assert!(longest > ms(170_000), "only {longest:?} are ever held");
    assert!(idle >= 35, "the voice is free while somebody listens: {idle} of 40 times");
    let text = world.language_model.counts();
    assert_eq!((text.asked, text.finished), (1, 1), "it is free for others");
    world.tell(Event::Interrupt).await;
    world.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_draft_is_bounded_too() {
    let mut scene = endless();
    scene.judgements = None;
    scene.settings.endpointing.without_model = ms(5_000);
    let mut world = World::new(scene);
    world.say("tell me everything");
    world.said().await;
    world.run(ms(4_500)).await;
    assert_eq!(world.phase, Phase::Deciding);
    assert_eq!(world.text_to_speech.counts().asked, 2, "{:?}", world.text_to_speech.counts());
    assert_eq!(world.text_to_speech.counts().finished, 2, "a voice that nobody hears yet is free for others");
    assert_eq!(world.heard_last, None);
    world.until_heard().await;
    world.tell(Event::Interrupt).await;
    world.quiet().await;
}

/// Two seats with one voice: who has enough to listen to lets the other's first clause go first.
#[tokio::test(start_paused = true)]
async fn later_clauses_of_one_seat_wait_for_the_first_clause_of_another() {
    let mut world = World::new(endless());
    world.text_to_speech.set_pace(Pace { first: ms(400), each: ms(0) });
    world.say("tell me everything");
    world.until_heard().await;
    world.run(ms(4_000)).await;
    let task = Speak { text: "Hello.".to_owned(), language: None };
    let mut other = world.text_to_speech.start_as(task, ANOTHER_SEATS_DRAFT);
    let asked = Instant::now();
    assert!(other.next().await.is_some_and(|block| block.is_ok()));
    let waited = asked.elapsed();
    assert!(waited <= ms(800), "it waits for the clause that runs alone: {waited:?}");
    drop(other);
    world.tell(Event::Interrupt).await;
    world.quiet().await;
}

const ANOTHER_SEATS_DRAFT: Order = Order { seat: 7, priority: Priority::Draft };

#[tokio::test(start_paused = true)]
async fn a_turn_that_is_released_goes_before_a_second_one_of_another_seat() {
    let mut world = World::new(Scene::default());
    world.language_model.set_pace(Pace { first: ms(4_000), each: ms(0) });
    let ask = || {
        let messages = vec![ChatMessage { role: Role::User, text: "of another seat".to_owned() }];
        Generate { messages, max_tokens: 100, grammar: None, temperature: 0.0, seed: 0 }
    };
    let released = Order { priority: Priority::Released, ..ANOTHER_SEATS_DRAFT };
    let jobs = [(); 2].map(|()| world.language_model.start_as(ask(), released));
    let others = jobs.map(|job| tokio::spawn(job.collect()));
    world.say("what time is it");
    world.until_heard().await;
    assert_eq!(others.each_ref().map(|job| job.is_finished()), [true, false], "a draft would have waited for both");
    world.quiet().await;
    for job in others {
        assert!(job.await.is_ok_and(|answer| answer.is_ok()));
    }
}
