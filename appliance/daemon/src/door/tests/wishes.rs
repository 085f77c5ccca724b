//! Wishes about updates, over real sockets, and somebody who plays root.

use std::sync::atomic::AtomicBool;
use std::thread::JoinHandle;

use parley_door::UpdateStep;
use parley_update::records::events::{LOG, UpdateEvent, tell};
use parley_update::wishes::{FOLDER, Wish, take};

use super::tools::Home;
use super::*;

fn below(home: &Home, path: &str) -> std::path::PathBuf {
    home.folder.path().join(path.trim_start_matches('/'))
}

/// A device, on which wishes may be left.
fn device() -> Home {
    let home = Home::open();
    std::fs::create_dir_all(below(&home, FOLDER)).expect("it can be made");
    std::fs::create_dir_all(below(&home, LOG).parent().expect("a folder")).expect("it can be made");
    home
}

/// What `parley-wish.path` and its service do, until it is dropped; with what they have taken.
struct Root(Arc<(AtomicBool, Mutex<Vec<Wish>>)>, Option<JoinHandle<()>>);

impl Root {
    fn of(home: &Home, fulfils: impl Fn(Wish) -> UpdateEvent + Send + 'static) -> Self {
        let shared = Arc::<(AtomicBool, Mutex<Vec<Wish>>)>::default();
        let (folder, log, root) = (home.folder.path().to_owned(), below(home, LOG), Arc::clone(&shared));
        let thread = std::thread::spawn(move || {
            while !root.0.load(Ordering::SeqCst) {
                if let Some(wish) = take(&folder).expect("it can be taken") {
                    root.1.lock().expect("no panic").push(wish);
                    tell(&log, &UpdateEvent::WishTaken { wish });
                    tell(&log, &fulfils(wish));
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Self(shared, Some(thread))
    }

    fn has_taken(&self) -> Vec<Wish> {
        self.0.1.lock().expect("no panic").clone()
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::SeqCst);
        self.1.take().map(JoinHandle::join);
    }
}

fn wish(name: &str) -> String {
    format!(r#"{{"type":"request","id":9,"request":"update","wish":"{name}"}}"#)
}

fn eventually(what: &str, is: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < FAR_TOO_LONG, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn root_is_left_a_wish_and_what_comes_of_it_is_the_answer() {
    let home = device();
    let root = Root::of(&home, |wish| match wish {
        Wish::Rollback => UpdateEvent::WishRefused { wish, because: "slot A is the only one".into() },
        Wish::Accept | Wish::Restart => UpdateEvent::WishFulfilled { wish },
    });
    let mut reader = home.guest(Door::Read, HELLO);
    let mut person = home.guest(Door::Control, HELLO);
    for name in ["accept", "restart"] {
        person.say(&wish(name));
        assert_eq!(person.answer(), (Some(9), Ok(DoorReply::Done)), "{name}");
    }
    person.say(&wish("rollback"));
    let refused = person.answer().1.expect_err("it is refused");
    assert_eq!((refused.code, refused.message.as_str()), (ErrorCode::NotAvailable, "slot A is the only one"));
    assert_eq!(root.has_taken(), [Wish::Accept, Wish::Restart, Wish::Rollback], "each once");
    let steps: Vec<(String, String)> = std::iter::repeat_with(|| match reader.hear() {
        Some(FromDaemon::Event(NumberedEvent {
            event: DoorEvent::Update(UpdateStep { step, because, .. }), ..
        })) => Some((step, because.unwrap_or_default())),
        Some(_) => None,
        None => panic!("it is told what happens"),
    })
    .flatten()
    .take(6)
    .collect();
    let told = ["wish-taken", "wish-fulfilled", "wish-taken", "wish-fulfilled", "wish-taken", "wish-refused"];
    assert_eq!(steps.iter().map(|(step, _)| step.as_str()).collect::<Vec<_>>(), told);
    assert_eq!(steps.last().map(|(_, because)| because.as_str()), Some("rollback: slot A is the only one"));
}

#[test]
fn where_nobody_takes_wishes_the_command_for_it_is_named() {
    let home = Home::open();
    let mut person = home.guest(Door::Control, HELLO);
    person.say(&wish("restart"));
    let refused = person.answer().1.expect_err("a laptop has no such folder");
    assert_eq!(refused.code, ErrorCode::NotAvailable);
    assert!(refused.message.contains("`sudo parley update install --restart`"), "{refused:?}");
}

#[test]
fn one_wish_is_under_way_at_a_time_and_goes_with_its_client() {
    let home = device();
    let left = |name: &str| below(&home, FOLDER).join(name).exists();
    let (mut first, mut second) = (home.guest(Door::Control, HELLO), home.guest(Door::Control, HELLO));
    first.say(&wish("rollback"));
    eventually("it is left", || left("rollback"));
    assert_eq!(second.refused(&wish("rollback")), (Some(9), ErrorCode::Busy));
    assert_eq!(second.refused(&wish("accept")), (Some(9), ErrorCode::Busy));
    assert!(left("rollback") && !left("accept"));
    drop(first);
    eventually("it is withdrawn", || !left("rollback"));
    let root = Root::of(&home, |wish| UpdateEvent::WishFulfilled { wish });
    second.say(&wish("accept"));
    assert_eq!(second.answer().1, Ok(DoorReply::Done));
    assert_eq!(root.has_taken(), [Wish::Accept], "and nothing of who went");
}

#[test]
fn whoever_may_only_look_and_whoever_wishes_nonsense_leaves_nothing() {
    let home = device();
    let root = Root::of(&home, |wish| UpdateEvent::WishFulfilled { wish });
    let mut reader = home.guest(Door::Read, HELLO);
    assert_eq!(reader.refused(&wish("rollback")), (Some(9), ErrorCode::NotAllowed));
    let mut person = home.guest(Door::Control, HELLO);
    for name in ["reset", "../rollback", "", "ROLLBACK"] {
        assert_eq!(person.refused(&wish(name)), (Some(9), ErrorCode::BadRequest), "{name}");
    }
    person.say(&wish("accept"));
    assert_eq!(person.answer().1, Ok(DoorReply::Done));
    assert_eq!(root.has_taken(), [Wish::Accept]);
}

/// The first one's client has gone, and root is still at it when the second wishes the same.
#[test]
fn what_comes_of_one_is_never_told_to_the_next() {
    let home = device();
    let fulfilled = AtomicUsize::new(0);
    let root = Root::of(&home, move |wish| match fulfilled.fetch_add(1, Ordering::SeqCst) {
        0 => {
            std::thread::sleep(Duration::from_millis(700));
            UpdateEvent::WishFulfilled { wish }
        }
        _ => {
            // Longer than it takes until what came of the first is read.
            std::thread::sleep(Duration::from_millis(1_500));
            UpdateEvent::WishRefused { wish, because: "once is enough".into() }
        }
    });
    let (mut first, mut second) = (home.guest(Door::Control, HELLO), home.guest(Door::Control, HELLO));
    first.say(&wish("rollback"));
    eventually("it is taken", || !root.has_taken().is_empty());
    drop(first);
    let (begun, mut busy) = (Instant::now(), 0);
    loop {
        assert!(begun.elapsed() < FAR_TOO_LONG, "it is never its turn");
        second.say(&wish("rollback"));
        match second.answer().1 {
            Err(error) if error.code == ErrorCode::Busy => busy += 1,
            Err(error) => break assert_eq!(error.message, "once is enough"),
            Ok(reply) => panic!("{reply:?} is what came of the first"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(busy > 0, "the first was under way");
    assert_eq!(root.has_taken(), [Wish::Rollback, Wish::Rollback]);
}
