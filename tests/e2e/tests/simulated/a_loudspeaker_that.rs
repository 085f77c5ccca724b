//! A loudspeaker that goes away, and comes back.

use parley_conversation::{
    Announcement, AnnouncementId, AnnouncementOutcome, Event, Notice, Outcome, Sounding, Urgency,
};
use parley_e2e::world::{Scene, World};

use super::{listening_to_a_long_answer, ms, outcomes, talkative};

#[tokio::test(start_paused = true)]
async fn was_away_for_a_moment_goes_on_at_the_very_sample() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    world.lose_loudspeaker(ms(3_000));
    // That nothing is lost or said twice is the auditor's business.
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Completed]);
}

#[tokio::test(start_paused = true)]
async fn stays_away_ends_the_turn_and_nothing_of_it_is_said_late() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    world.lose_loudspeaker(ms(60_000));
    let lost = world.now;
    world.until("the answer is over", |world| outcomes(world) == [Outcome::Interrupted]).await;
    assert!((ms(4_900)..ms(5_500)).contains(&(world.now - lost)), "{:?}", world.now - lost);
    world.ask("is anybody there").await;
    assert_eq!(outcomes(&world), [Outcome::Interrupted; 2], "it hears, and does not wait for ever to be heard");
    world.run(ms(60_000)).await;
    assert!(world.heard_last < Some(lost + ms(100)), "nobody waits for that any more");
    world.ask("and now").await;
    assert_eq!(outcomes(&world).last(), Some(&Outcome::Completed));
}

#[tokio::test(start_paused = true)]
async fn is_away_has_an_announcement_said_later_or_told_that_it_was_not() {
    for (until, outcome) in [(None, AnnouncementOutcome::Failed), (Some(ms(60_000)), AnnouncementOutcome::Heard)] {
        let mut world = World::new(Scene::default());
        world.lose_loudspeaker(ms(12_000));
        let sounding = Sounding::Text("The tea is ready.".into());
        let id = AnnouncementId(1);
        let announcement = Announcement { id, sounding, urgency: Urgency::High, until, until_acknowledged: false };
        world.tell(Event::Announce { announcement }).await;
        world.run(ms(20_000)).await;
        world.quiet().await;
        assert_eq!(world.auditor.notices.last(), Some(&Notice::Announced { id, outcome }));
    }
}

/// What is paused is not heard, and nothing is wrong with that.
#[tokio::test(start_paused = true)]
async fn is_there_is_not_taken_for_away_while_an_answer_waits() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    let text = "This announcement takes quite a while, longer than any loudspeaker that plays nothing is waited for.";
    let sounding = Sounding::Text(text.into());
    let announcement = Announcement {
        id: AnnouncementId(1),
        sounding,
        urgency: Urgency::High,
        until: None,
        until_acknowledged: false,
    };
    world.tell(Event::Announce { announcement }).await;
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Completed; 2]);
}
