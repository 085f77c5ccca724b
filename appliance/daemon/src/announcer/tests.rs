use std::sync::Arc;

use parley_conversation::{Conversation, ModelOnly, Phase, Settings};
use tokio::sync::{mpsc, watch};

use super::*;
use crate::conductor::{Conductor, Engines, Generating};

/// Long enough for an announcer to look again.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// A conversation that a test plays: what the announcer wants said, and how it went.
struct Stage {
    folder: tempfile::TempDir,
    wanted: mpsc::Receiver<Event>,
    observations: broadcast::Sender<Observation>,
    /// Of what was wanted last.
    id: AnnouncementId,
    handle: Handle,
}

impl Stage {
    fn new() -> Self {
        let (control, wanted) = mpsc::channel(8);
        let (observations, _) = broadcast::channel(8);
        let (_, phase) = watch::channel(Phase::Quiet);
        let handle = Handle {
            control,
            observations: observations.clone(),
            phase,
            mixer: None,
            pulse: Arc::default(),
            flight: crate::health::FlightRecorder::new(tokio::time::Instant::now()),
            conducting: watch::channel(None).0,
            started: tokio::time::Instant::now(),
        };
        Self { folder: tempfile::tempdir().unwrap(), wanted, observations, id: AnnouncementId(0), handle }
    }

    fn leave(&self, name: &str, announcement: &AnnouncementFile) {
        announcements::leave(&self.folder.path().join("run"), name, announcement).unwrap();
    }

    /// One start of the daemon.
    fn start(&self, own: Named) -> tokio::task::JoinHandle<()> {
        let (run, state) = (self.folder.path().join("run"), self.folder.path().join("state"));
        tokio::spawn(Announcer::new(&run, Some(&state), own).run(self.handle.clone()))
    }

    /// What is to be said now, if anything is.
    async fn wanted(&mut self) -> Option<String> {
        match tokio::time::timeout(LOOK_AGAIN, self.wanted.recv()).await {
            Ok(Some(Event::Announce { announcement })) => {
                self.id = announcement.id;
                match announcement.sounding {
                    Sounding::Text(text) | Sounding::TextIn { text, .. } => Some(text),
                    Sounding::Sound(sound) => panic!("{sound}"),
                }
            }
            Ok(other) => panic!("{other:?}"),
            Err(_) => None,
        }
    }

    fn report(&self, outcome: AnnouncementOutcome) {
        self.observations.send(Observation::Notice(Notice::Announced { id: self.id, outcome })).unwrap();
    }

    async fn says(&mut self, text: &str) {
        assert_eq!(self.wanted().await.as_deref(), Some(text));
        self.report(AnnouncementOutcome::Heard);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_said_is_not_said_at_the_next_start_and_a_fault_that_lasts_is() {
    let mut stage = Stage::new();
    stage.leave("greeting", &AnnouncementFile::once("I am Parley.", ""));
    stage.leave("memory", &AnnouncementFile::at_every_start("I forget."));
    let first = stage.start(Named::new());
    stage.says("I am Parley.").await;
    stage.says("I forget.").await;
    assert_eq!(stage.wanted().await, None, "each once");
    first.abort();
    let second = stage.start(Named::new());
    stage.says("I forget.").await;
    assert_eq!(stage.wanted().await, None);
    second.abort();
}

#[tokio::test(start_paused = true)]
async fn the_same_words_about_something_else_are_news_and_so_is_what_comes_back() {
    let mut stage = Stage::new();
    stage.leave("owners-file", &AnnouncementFile::once("It has a mistake.", "first"));
    let start = stage.start(Named::new());
    stage.says("It has a mistake.").await;
    stage.leave("owners-file", &AnnouncementFile::once("It has a mistake.", "second"));
    stage.says("It has a mistake.").await;
    let wifi = AnnouncementFile::at_every_start("The key is wrong.");
    for _ in 0..2 {
        stage.leave("wifi", &wifi);
        stage.says("The key is wrong.").await;
        announcements::take_back(&stage.folder.path().join("run"), "wifi").unwrap();
        assert_eq!(stage.wanted().await, None);
    }
    start.abort();
}

#[tokio::test(start_paused = true)]
async fn what_was_hushed_waits_for_the_next_start_and_what_nobody_heard_is_tried_again() {
    let mut stage = Stage::new();
    let own = Named::from([("profile".to_owned(), AnnouncementFile::once("My models are missing.", ""))]);
    let start = stage.start(own.clone());
    assert!(stage.wanted().await.is_some());
    stage.report(AnnouncementOutcome::Failed);
    assert_eq!(stage.wanted().await, None, "not at once");
    tokio::time::sleep(AGAIN_AFTER).await;
    assert!(stage.wanted().await.is_some(), "the voice failed");
    stage.report(AnnouncementOutcome::Stopped);
    assert_eq!(stage.wanted().await, None, "somebody wanted it to be quiet");
    start.abort();
    let next = stage.start(own);
    stage.says("My models are missing.").await;
    next.abort();
}

#[tokio::test(start_paused = true)]
async fn what_has_no_words_in_it_is_not_waited_for() {
    let mut stage = Stage::new();
    stage.leave("empty", &AnnouncementFile::once("** …", ""));
    stage.leave("greeting", &AnnouncementFile::once("I am Parley.", ""));
    let start = stage.start(Named::new());
    stage.says("I am Parley.").await;
    start.abort();
}

#[tokio::test(start_paused = true)]
async fn a_garbled_memory_or_none_says_it_again_and_stops_nothing() {
    let mut stage = Stage::new();
    std::fs::create_dir(stage.folder.path().join("state")).unwrap();
    std::fs::write(stage.folder.path().join("state").join(SAID), "[1,").unwrap();
    stage.leave("greeting", &AnnouncementFile::once("I am Parley.", ""));
    let start = stage.start(Named::new());
    stage.says("I am Parley.").await;
    assert_eq!(stage.wanted().await, None);
    start.abort();
    let start = stage.start(Named::new());
    assert_eq!(stage.wanted().await, None, "it is whole again");
    start.abort();
}

/// The conversation itself, whose answers are shown and not spoken.
#[tokio::test(start_paused = true)]
async fn the_core_says_it_and_the_announcer_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text =
        "Your file \"parley-setup.toml\" - line 2: *name* is missing; write name = 1. Then start me again, please!";
    announcements::leave(folder.path(), "owners-file", &AnnouncementFile::once(text, "")).unwrap();
    let engines = Engines::answering("No.");
    let settings = Settings { spoken: false, ..Settings::default() };
    let conversation = Conversation::new(settings, Box::new(ModelOnly), false);
    let (conductor, handle) = Conductor::new(conversation, engines, Generating::default(), None);
    let conductor = tokio::spawn(conductor.run(mpsc::channel(1).1));
    let announcer = tokio::spawn(Announcer::new(folder.path(), Some(folder.path()), Named::new()).run(handle));
    while !folder.path().join(SAID).exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    announcer.abort();
    conductor.abort();
}
