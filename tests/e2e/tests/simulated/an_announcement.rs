//! Something is announced while Parley answers.

use parley_conversation::{Announcement, AnnouncementId, Event, Outcome, Sounding, Urgency};
use parley_e2e::world::World;

use super::{answers, listening_to_a_long_answer, ms, outcomes, talkative};

async fn announce(world: &mut World, sounding: Sounding, until_acknowledged: bool) {
    let announcement =
        Announcement { id: AnnouncementId(1), sounding, urgency: Urgency::High, until: None, until_acknowledged };
    world.tell(Event::Announce { announcement }).await;
}

#[tokio::test(start_paused = true)]
async fn it_is_heard_at_once_and_the_answer_goes_on_behind_it() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    let began = world.now;
    announce(&mut world, Sounding::Text("The tea is ready.".into()), false).await;
    world.until("the announcement is over", |world| outcomes(world) == [Outcome::Completed]).await;
    assert!(world.now - began < ms(2_500), "{:?}", world.now - began);
    world.quiet().await;
    assert_eq!(outcomes(&world), [Outcome::Completed; 2]);
    // That all of the answer was heard, each sample once, is the auditor's business.
    assert!(answers(&world).iter().any(|answer| answer == "The tea is ready."), "{:?}", answers(&world));
}

#[tokio::test(start_paused = true)]
async fn an_alarm_rings_until_somebody_says_so() {
    let mut world = listening_to_a_long_answer(talkative()).await;
    announce(&mut world, Sounding::Sound("alarm".into()), true).await;
    world.run(ms(1_000)).await;
    world.say("stop that now please");
    world.quiet().await;
    assert_eq!(outcomes(&world).iter().filter(|outcome| **outcome == Outcome::Interrupted).count(), 2);
}
