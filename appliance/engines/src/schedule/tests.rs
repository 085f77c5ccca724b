use std::cell::Cell;
use std::rc::Rc;

use proptest::prelude::*;

use super::*;

/// A job of a seat, the `number`th that it asked for.
#[derive(Debug, Clone)]
struct Item {
    number: usize,
    seat: u32,
    priority: Rc<Cell<Priority>>,
    dropped: Rc<Cell<bool>>,
}

impl Item {
    fn new(number: usize, seat: u32, priority: Priority) -> Self {
        Self { number, seat, priority: Rc::new(Cell::new(priority)), dropped: Rc::default() }
    }
}

impl Scheduled for Item {
    fn order(&self) -> Order {
        Order { seat: self.seat, priority: self.priority.get() }
    }
    fn is_dropped(&self) -> bool {
        self.dropped.get()
    }
}

const PRIORITIES: [Priority; 3] = [Priority::ReadingAhead, Priority::Draft, Priority::Released];

#[derive(Debug, Clone)]
enum Step {
    Ask { seat: u32, priority: usize },
    Change { which: usize, priority: usize },
    Drop { which: usize },
    Take,
    GiveWay,
    Crash,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..5_u32, 0..3_usize).prop_map(|(seat, priority)| Step::Ask { seat, priority }),
        1 => (0..40_usize, 0..3_usize).prop_map(|(which, priority)| Step::Change { which, priority }),
        1 => (0..40_usize).prop_map(|which| Step::Drop { which }),
        4 => Just(Step::Take),
        1 => Just(Step::GiveWay),
        1 => Just(Step::Crash),
    ];
    prop::collection::vec(step, 0..200)
}

fn most_urgent_of(all: &[Item]) -> Option<Priority> {
    all.iter().map(|item| item.priority.get()).max()
}

proptest! {
    #[test]
    fn nothing_is_lost_or_doubled_and_the_most_urgent_goes_first_in_its_seats_order(steps in steps()) {
        let mut schedule = Schedule::default();
        let mut waiting: Vec<Item> = Vec::new();
        let mut last: Option<Item> = None;
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Ask { seat, priority } => {
                    let item = Item::new(number, seat, PRIORITIES[priority]);
                    let of_seat = waiting.iter().filter(|item| item.seat == seat).count();
                    let is_taken = schedule.push(item.clone()).is_ok();
                    prop_assert_eq!(is_taken, of_seat < QUEUE_LENGTH && waiting.len() < QUEUE_LENGTH_OF_ALL);
                    if is_taken {
                        waiting.push(item);
                    }
                }
                Step::Change { which, priority } => {
                    if let Some(item) = waiting.get(which) {
                        item.priority.set(PRIORITIES[priority]);
                    }
                }
                Step::Drop { which } => {
                    if let Some(item) = waiting.get(which) {
                        item.dropped.set(true);
                    }
                }
                Step::Take => {
                    last = schedule.pop();
                    let Some(item) = &last else {
                        prop_assert!(waiting.is_empty(), "{:?} are lost", waiting);
                        continue;
                    };
                    prop_assert_eq!(Some(item.priority.get()), most_urgent_of(&waiting));
                    let earlier = waiting.iter().find(|other| other.order() == item.order());
                    prop_assert_eq!(earlier.map(|item| item.number), Some(item.number));
                    waiting.retain(|other| other.number != item.number);
                }
                Step::GiveWay => {
                    if let Some(item) = last.take() {
                        schedule.put_back(item.clone());
                        waiting.insert(0, item);
                    }
                }
                Step::Crash => {
                    if let Some(item) = last.take() {
                        schedule.put_first(item.clone());
                        prop_assert_eq!(schedule.pop().map(|item| item.number), Some(item.number));
                        last = Some(item);
                    }
                }
            }
        }
        prop_assert_eq!(schedule.drain().count(), waiting.len());
    }

    /// However many jobs the others have, and whenever they ask for more.
    #[test]
    fn between_two_turns_of_a_seat_that_waits_no_other_has_two(
        first in prop::collection::vec(1..8_usize, 2..6),
        more in prop::collection::vec((0..6_u32, 0..3_usize), 0..60),
    ) {
        let mut schedule = Schedule::default();
        for (seat, jobs) in first.iter().enumerate() {
            for number in 0..*jobs {
                prop_assert!(schedule.push(Item::new(number, seat as u32, Priority::Draft)).is_ok());
            }
        }
        let mut more = more.into_iter();
        let mut turns: Vec<u32> = Vec::new();
        let mut waits_since = [0; 6];
        while let Some(item) = schedule.pop() {
            for (seat, since) in waits_since.iter().enumerate().filter(|(seat, _)| *seat as u32 != item.seat) {
                let waits = schedule.waiting.iter().any(|item| item.seat == seat as u32);
                let again = turns.iter().skip(*since).filter(|turn| **turn == item.seat).count();
                prop_assert!(!waits || again == 0, "seat {} has another turn while {} waits: {:?}", item.seat, seat, turns);
            }
            turns.push(item.seat);
            waits_since[item.seat as usize] = turns.len();
            if let Some((seat, count)) = more.next() {
                let was_idle = !schedule.waiting.iter().any(|item| item.seat == seat);
                for number in 0..count {
                    if schedule.push(Item::new(number, seat, Priority::Draft)).is_ok() && was_idle {
                        waits_since[seat as usize] = turns.len();
                    }
                }
            }
        }
    }
}

#[test]
fn a_draft_that_is_released_moves_up() {
    let mut schedule = Schedule::default();
    let draft = Item::new(2, 1, Priority::Draft);
    for item in [Item::new(0, 0, Priority::Draft), Item::new(1, 2, Priority::ReadingAhead), draft.clone()] {
        schedule.push(item).unwrap();
    }
    assert_eq!(schedule.most_urgent(), Some(Priority::Draft));
    draft.priority.set(Priority::Released);
    assert_eq!(schedule.most_urgent(), Some(Priority::Released));
    let order: Vec<usize> = std::iter::from_fn(|| schedule.pop()).map(|item| item.number).collect();
    assert_eq!(order, [2, 0, 1]);
}

#[test]
fn a_seat_that_asks_for_too_much_keeps_no_other_out() {
    let mut schedule = Schedule::default();
    let items: Vec<_> = (0..QUEUE_LENGTH).map(|number| Item::new(number, 1, Priority::Released)).collect();
    items.iter().for_each(|item| schedule.push(item.clone()).unwrap());
    schedule.push(Item::new(99, 1, Priority::Released)).unwrap_err();
    schedule.push(Item::new(0, 2, Priority::ReadingAhead)).unwrap();
    items[3].dropped.set(true);
    assert_eq!(schedule.take_dropped().len(), 1);
    schedule.push(Item::new(99, 1, Priority::Released)).unwrap();
    for seat in 3..100 {
        let _ = schedule.push(Item::new(0, seat, Priority::Released));
    }
    assert_eq!(schedule.drain().count(), QUEUE_LENGTH_OF_ALL);
}

#[test]
fn what_nobody_wants_is_no_reason_to_give_way() {
    let mut schedule = Schedule::default();
    let item = Item::new(0, 0, Priority::Released);
    schedule.push(item.clone()).unwrap();
    item.dropped.set(true);
    assert_eq!(schedule.most_urgent(), None);
}

#[test]
fn of_each_priority_the_last_64_seats_are_remembered() {
    let mut schedule = Schedule::default();
    for priority in [Priority::Draft, Priority::Released] {
        for seat in 0..=SEATS_REMEMBERED as u32 {
            schedule.push(Item::new(0, seat, priority)).unwrap();
            schedule.pop().unwrap();
        }
    }
    for priority in [Priority::Draft, Priority::Released] {
        let seats = schedule.served.iter().filter(|order| order.priority == priority).map(|order| order.seat);
        assert_eq!(seats.collect::<Vec<_>>(), (1..=SEATS_REMEMBERED as u32).collect::<Vec<_>>(), "{priority:?}");
    }
}
