use proptest::prelude::*;

use super::*;

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// What comes of these edges, with the times at which it is said, until `end`.
fn played(teller: PressTeller, edges: &[(bool, Duration)], end: Duration) -> Vec<(Press, Duration)> {
    let mut reader = ButtonReader { contact: Debounce::new(false), teller };
    let mut told = Vec::new();
    let mut edges = edges.iter().copied().peekable();
    loop {
        let due = reader.due();
        match (edges.peek().copied(), due) {
            (Some((pressed, at)), due) if due.is_none_or(|due| at < due) => {
                reader.edge(pressed, at);
                edges.next();
            }
            (_, Some(due)) if due <= end => told.extend(reader.pass(due).into_iter().map(|press| (press, due))),
            (_, _) => return told,
        }
    }
}

fn presses(teller: PressTeller, edges: &[(bool, Duration)]) -> Vec<Press> {
    played(teller, edges, ms(200_000_000)).into_iter().map(|(press, _)| press).collect()
}

fn edges(times: &[u64]) -> Vec<(bool, Duration)> {
    times.iter().enumerate().map(|(index, at)| (index % 2 == 0, ms(*at))).collect()
}

#[test]
fn short_double_and_long_presses_are_told_apart() {
    use Press::*;
    let all = || PressTeller::new(true, true, Vec::new());
    assert_eq!(presses(all(), &edges(&[100, 200])), [Down, Up, Short]);
    assert_eq!(presses(all(), &edges(&[100, 200, 350, 450])), [Down, Up, Down, Up, Double]);
    assert_eq!(presses(all(), &edges(&[100, 200, 600, 700])), [Down, Up, Short, Down, Up, Short]);
    assert_eq!(presses(all(), &edges(&[100, 1_000])), [Down, Long, Up]);
    assert_eq!(presses(all(), &edges(&[100, 200, 350, 2_000])), [Down, Up, Down, Short, Long, Up]);
}

#[test]
fn what_means_nothing_is_not_waited_for() {
    let plain = PressTeller::new(false, false, Vec::new());
    let told = played(plain, &edges(&[100, 200]), ms(5_000));
    assert_eq!(told, [(Press::Down, ms(115)), (Press::Up, ms(215)), (Press::Short, ms(215))]);
}

#[test]
fn whoever_holds_it_is_told_each_stage_and_means_the_one_at_which_it_is_let_go() {
    use Press::*;
    let held = || PressTeller::new(false, false, vec![ms(3_000), ms(8_000)]);
    assert_eq!(presses(held(), &edges(&[0, 2_900])), [Down, Up, Short]);
    assert_eq!(presses(held(), &edges(&[0, 3_100])), [Down, Held(0), Up, LetGo(0)]);
    assert_eq!(presses(held(), &edges(&[0, 9_000])), [Down, Held(0), Held(1), Up, LetGo(1)]);
}

#[test]
fn a_button_that_is_held_for_a_day_means_nothing_and_works_again() {
    use Press::*;
    let day = 86_400_000;
    let held = PressTeller::new(false, false, vec![ms(3_000)]);
    assert_eq!(presses(held, &edges(&[0, day / 100, day, day + 100])), [Down, Held(0), Up, Stuck, Down, Up, Short]);
    let double = PressTeller::new(true, false, Vec::new());
    assert_eq!(presses(double, &edges(&[0, day / 100])), [Down, Up, Stuck]);
}

/// What a person means to do, and how long they take over it.
#[derive(Debug, Clone, Copy)]
enum Meant {
    Short(u64),
    Double(u64, u64, u64),
    Long(u64),
    /// A spike on the wire.
    Nothing(u64),
}

fn meant() -> impl Strategy<Value = Meant> {
    prop_oneof![
        (60_u64..700).prop_map(Meant::Short),
        (60_u64..500, 60_u64..240, 60_u64..500).prop_map(|(one, between, two)| Meant::Double(one, between, two)),
        (900_u64..20_000).prop_map(Meant::Long),
        (1_u64..12).prop_map(Meant::Nothing),
    ]
}

/// A contact that bounces: so many times within 8 ms, the last time it is as it stays.
fn bounce(edges: &mut Vec<(bool, Duration)>, pressed: bool, at: u64, times: u64) {
    for bounce in 0..=2 * times {
        let micros = at * 1_000 + bounce * 8_000 / (2 * times + 1);
        edges.push((pressed == (bounce % 2 == 0), Duration::from_micros(micros)));
    }
}

proptest! {
    /// 256 times up to 40 gestures of some 13 edges: more than a hundred thousand edges.
    #[test]
    fn random_edges_give_what_a_person_means(gestures in prop::collection::vec((meant(), 0_u64..5, 400_u64..3_000), 1..40)) {
        let (mut at, mut edges, mut expected) = (1_000, Vec::new(), Vec::new());
        for (gesture, times, pause) in gestures {
            let mut press = |at: &mut u64, length: u64| {
                bounce(&mut edges, true, *at, times);
                *at += length;
                bounce(&mut edges, false, *at, times);
            };
            match gesture {
                Meant::Short(length) => {
                    press(&mut at, length);
                    expected.push(Press::Short);
                }
                Meant::Double(one, between, two) => {
                    press(&mut at, one);
                    at += between;
                    press(&mut at, two);
                    expected.push(Press::Double);
                }
                Meant::Long(length) => {
                    press(&mut at, length);
                    expected.push(Press::Long);
                }
                Meant::Nothing(length) => edges.extend([(true, ms(at)), (false, ms(at + length))]),
            }
            at += pause;
        }
        let told = presses(PressTeller::new(true, true, Vec::new()), &edges);
        let told: Vec<_> = told.into_iter().filter(|press| !matches!(press, Press::Down | Press::Up)).collect();
        prop_assert_eq!(told, expected);
    }

    /// Whatever a wire does: nothing panics, and what goes down goes up.
    #[test]
    fn any_edges_at_all_go_down_and_up_in_turn(times in prop::collection::vec((any::<bool>(), 0_u64..90_000), 0..300)) {
        let mut at = 0;
        let edges: Vec<_> = times.into_iter().map(|(pressed, pause)| { at += pause; (pressed, ms(at)) }).collect();
        let mut down = false;
        for press in presses(PressTeller::new(true, false, vec![ms(2_000), ms(4_000)]), &edges) {
            match press {
                Press::Down => { prop_assert!(!down); down = true; }
                Press::Up => { prop_assert!(down); down = false; }
                Press::Short | Press::Double | Press::LetGo(_) | Press::Stuck => prop_assert!(!down || press == Press::Short),
                Press::Long => prop_assert!(false, "nobody asked for long ones"),
                Press::Held(_) => prop_assert!(down),
            }
        }
    }
}
