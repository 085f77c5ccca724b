//! Sounds that are not answered.

use parley_conversation::Outcome;

use crate::QUESTION;
use crate::common::Room;

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
    assert_eq!(room.count("release"), 0);
    let looks = room.count("transcribe");
    assert!(looks <= 6, "music costs little: {looks} looks");
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
