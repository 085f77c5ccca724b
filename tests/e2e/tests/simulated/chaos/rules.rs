//! What has to be so, whatever died.

use std::collections::BTreeSet;
use std::time::Duration;

use parley_conversation::{AnnouncementId, Notice, Outcome, Phase};
use parley_e2e::world::{House, Turn, World};
use parley_engines::Role;

use super::LONGEST_TURN;
use super::hands::Hands;
use super::life::Wanted;
use super::tally::Ends;
use super::words::{ANNOUNCED, ANSWER, LATE, NEWS, QUESTION, RESULT, apologises, numbers, seats};

/// Nothing hangs: at any moment.
pub(super) fn nothing_hangs(worlds: &[World]) {
    for (seat, world) in worlds.iter().enumerate() {
        // It thinks on where one question takes the place of another.
        let began = world.auditor.turns.values().map(|turn| turn.began).max().unwrap_or_default();
        let (phase, since) = (world.phase, world.in_this_phase().min(world.now - began));
        assert!(phase == Phase::Quiet || since < LONGEST_TURN, "seat {seat} hangs: {phase:?} for {since:?}");
        let oldest = world.auditor.oldest(world.now);
        assert!(oldest < LONGEST_TURN, "seat {seat}: a turn hangs for {oldest:?}");
    }
}

/// What the language model is asked is of one seat.
pub(super) fn prompts_are_of_one_seat(house: &House) {
    for task in house.language_model.tasks() {
        let said = task.messages.iter().filter(|message| message.role != Role::System);
        let said: String = said.map(|message| format!("{} ", message.text)).collect();
        assert!(seats(&said).len() <= 1, "a prompt is of one seat: {said}");
    }
}

/// Each turn was answered or refused, once, in time, in its seat; no number was said twice. How they ended, and how long
/// the longest took.
pub(super) fn turns(worlds: &[World], wanted: &[Wanted]) -> (Ends, Duration) {
    let mut once = BTreeSet::new();
    let (mut ends, mut longest) = (Ends::default(), Duration::ZERO);
    for (seat, (world, wanted)) in worlds.iter().zip(wanted).enumerate() {
        assert!(world.auditor.is_settled(), "seat {seat}: every turn has one outcome");
        for (id, turn) in &world.auditor.turns {
            let answer = turn.answer();
            let here = |text: &str| seats(text).iter().all(|other| *other == seat);
            assert!(here(&turn.question) && here(&answer), "seat {seat}, turn {id}: {:?} {answer:?}", turn.question);
            assert_eq!(numbers(&answer, LATE).next(), None, "seat {seat}, turn {id}: {answer:?} is late");
            let mut said = |kind: char, text: &str| {
                for number in numbers(text, kind) {
                    assert!(once.insert((kind, number)), "seat {seat}, turn {id}: {kind}{number} comes twice");
                }
            };
            let took = end(seat, turn, wanted, &mut ends);
            assert!(took < LONGEST_TURN, "seat {seat}, turn {id} took {took:?}");
            longest = longest.max(took);
            let (_, outcome) = turn.ended.expect("it is settled");
            if !turn.announces {
                said(ANSWER, &answer);
                said(RESULT, &answer);
                if outcome != Outcome::Withdrawn {
                    said(QUESTION, &turn.question);
                }
            } else if outcome == Outcome::Completed && !numbers(&answer, NEWS).any(|n| wanted.repeated.contains(&n)) {
                said(NEWS, &answer);
                // What somebody at the door had announced.
                said(ANNOUNCED, &answer.replace(QUESTION, &ANNOUNCED.to_string()));
            }
        }
        for text in &wanted.typed {
            let turns = world.auditor.turns.values().filter(|turn| turn.question == *text).count();
            assert_eq!(turns, 1, "seat {seat}: {text:?} is answered or refused once");
        }
        announcements(seat, world, wanted);
    }
    (ends, longest)
}

/// A turn has an answer, an apology, or a reason to have neither; how long it took.
fn end(seat: usize, turn: &Turn, wanted: &Wanted, ends: &mut Ends) -> Duration {
    let (ended, outcome) = turn.ended.expect("it is settled");
    let answer = turn.answer();
    let of = || format!("seat {seat}: {:?} {answer:?}, {:?} to {ended:?}", turn.question, turn.began);
    let count = match outcome {
        Outcome::Completed if apologises(&answer) => &mut ends.refused,
        Outcome::Completed => {
            assert!(!turn.heard.is_zero(), "what is answered or refused is heard: {}", of());
            &mut ends.answered
        }
        Outcome::Interrupted => {
            // Announcements take each other's place, and expire.
            let for_a_reason = turn.announces || wanted.was_disturbed(turn.began, ended);
            assert!(for_a_reason, "a turn ends early for a reason: {}", of());
            &mut ends.interrupted
        }
        Outcome::Withdrawn => &mut ends.withdrawn,
    };
    *count += u32::from(!turn.question.is_empty());
    ended - turn.began
}

/// The announcements of a seat of which nothing more comes.
fn told(world: &World) -> Vec<AnnouncementId> {
    let told = |notice: &Notice| if let Notice::Announced { id, .. } = notice { Some(*id) } else { None };
    world.auditor.notices.iter().filter_map(told).collect()
}

/// Whether something is still to be announced: one that nobody has stopped waits to be said again.
pub(super) fn is_waited_for(worlds: &[World], wanted: &[Wanted]) -> bool {
    worlds.iter().zip(wanted).any(|(world, wanted)| {
        let told = told(world);
        wanted.announced.keys().any(|id| !told.contains(id))
    })
}

fn announcements(seat: usize, world: &World, wanted: &Wanted) {
    let told = told(world);
    for (id, until) in &wanted.announced {
        let count = told.iter().filter(|other| *other == id).count();
        assert_eq!(count, 1, "seat {seat}: announcement {id} has one outcome");
        for notice in &world.auditor.notices {
            if let (Notice::Announcing { turn, id: other }, Some(until)) = (notice, until)
                && other == id
            {
                let began = world.auditor.turns[turn].began;
                assert!(began <= *until + Duration::from_millis(10), "seat {seat}: announcement {id} is late");
            }
        }
    }
}

/// An effect is begun at most once, and what was begun is finished unless who performs it died.
pub(super) fn effects(hands: &[Hands], finished: bool) -> usize {
    let mut count = 0;
    for (seat, hands) in hands.iter().enumerate() {
        let done = hands.done();
        let ids: BTreeSet<_> = done.asked.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), done.asked.len(), "seat {seat}: an effect is begun once");
        let mut questions = BTreeSet::new();
        for (id, text) in &done.asked {
            assert!(seats(text).iter().all(|other| *other == seat), "seat {seat}, effect {id}: {text:?}");
            for number in numbers(text, QUESTION) {
                assert!(questions.insert(number), "seat {seat}: what q{number} asks for is done once");
            }
        }
        let over = done.finished + done.died + done.never;
        assert!(!finished || over == done.asked.len(), "seat {seat}: what was begun is finished: {done:?}");
        count += done.asked.len();
    }
    count
}
