//! A conversation in simulated time: a scripted person, scripted engines, and between them what is shipped: the core,
//! the conductor and playback.
//!
//! Terms: a **scene** is what a world begins with; a **step** is 10 ms, one period of the loudspeaker.
//!
//! Rules:
//! - No wall clock and no randomness: a world lives in a current-thread runtime whose time is paused, and the same
//!   scene always goes the same way.
//! - What is transcribed is what was said in the stretch that was asked for; what is heard is compared with what was
//!   announced, sample by sample, by the [`Auditor`].
//! - A failing test prints the timeline of its world.

mod auditor;
mod beside;
mod house;
mod person;
mod scene;
mod step;
mod timeline;
pub mod voice;
mod waiting;

use std::time::Duration;

use parley_audio::playback::{Control, Ear, Renderer};
use parley_conversation::{Event, Phase, Position, Stage};
use parley_daemon::conductor::{Handle, Observation};
use parley_daemon::listening::AudioFrame;
use parley_daemon::seats::Seat;
use parley_engines::scripted::{Counts, Scripted};
use parley_engines::{EndOfTurn, LanguageModel, SpeechToText, TextToSpeech};
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub use self::auditor::{Auditor, Turn};
use self::beside::Beside;
use self::house::Asked;
pub use self::house::House;
use self::person::{Person, Sound};
pub use self::scene::{Place, Scene};
pub use self::timeline::Timeline;
pub use self::waiting::tasks;

/// Samples of a period of the loudspeaker: 10 ms.
const PERIOD: usize = 10;
/// Samples in the sound card's buffer: two periods, 20 ms.
const BUFFER: usize = 20;
/// One period of the loudspeaker.
pub const STEP: Duration = Duration::from_millis(PERIOD as u64);
/// From the moment that the loudspeaker takes a sample until the period with it was heard.
pub const SOUND_CARD_DELAY: Duration = Duration::from_millis(BUFFER as u64);

/// What hears in the place of the script, which knows who speaks: given whether the loudspeaker sounds in each of the last
/// periods, and whether the person does, it says whether it takes the frame for speech, and how loud it is in dBFS.
pub type Ears = Box<dyn FnMut(&[bool], bool) -> (bool, f32)>;

pub struct World {
    pub speech_to_text: Scripted<SpeechToText>,
    pub language_model: Scripted<LanguageModel>,
    pub text_to_speech: Scripted<TextToSpeech>,
    pub end_of_turn: Scripted<EndOfTurn>,
    pub auditor: Auditor,
    pub timeline: Timeline,
    handle: Option<Handle>,
    observations: broadcast::Receiver<Observation>,
    frames: Option<mpsc::Sender<AudioFrame>>,
    asked: Asked,
    conductor: JoinHandle<()>,
    person: Person,
    renderer: Renderer,
    control: Option<Control>,
    card: Ear,
    card_away_until: Duration,
    beside: Option<Beside>,
    ears: Option<Ears>,
    /// Whether something was heard of the loudspeaker in each period since the last frame.
    sounded: Vec<bool>,
    started: Instant,
    /// Simulated time since the beginning.
    pub now: Duration,
    position: Position,
    pub heard_last: Option<Duration>,
    /// The end of the last frame with speech.
    pub spoke_last: Duration,
    pub phase: Phase,
    phase_since: Duration,
    counts: [Counts; 4],
    _seat: Seat,
}

impl World {
    /// The same with other ears than the script's.
    #[must_use]
    pub fn with_ears(mut self, ears: Ears) -> Self {
        self.ears = Some(ears);
        self
    }

    /// Whether the loudspeaker is told to pause.
    pub fn is_paused(&self) -> bool {
        self.control.as_ref().is_some_and(Control::is_paused)
    }

    /// Somebody says this next, and has finished then.
    pub fn say(&mut self, words: &str) {
        self.timeline.note(self.now, format!("person: {words:?}"));
        self.person.say(words, true);
    }

    /// Somebody says this next, and means to go on.
    pub fn say_and_go_on(&mut self, words: &str) {
        self.timeline.note(self.now, format!("person: {words:?}…"));
        self.person.say(words, false);
    }

    /// Then they are silent for so long.
    pub fn pause(&mut self, length: Duration) {
        self.person.sound(Sound::Silence, length);
    }

    /// Then something sounds like speech for so long.
    pub fn noise(&mut self, length: Duration) {
        self.timeline.note(self.now, format!("noise: {length:?}"));
        self.person.sound(Sound::Noise, length);
    }

    /// Then the microphone's frames are lost for so long.
    pub fn lose_frames(&mut self, length: Duration) {
        self.timeline.note(self.now, format!("frames are lost: {length:?}"));
        self.person.sound(Sound::Lost, length);
    }

    /// Whether the person has said everything.
    pub fn person_is_done(&self) -> bool {
        self.person.is_done()
    }

    /// A key, a program or an engine's supervisor tells something.
    pub async fn tell(&mut self, event: Event) {
        self.timeline.note(self.now, format!("event: {event:?}"));
        if let Some(handle) = &self.handle {
            // An error means that the conductor is gone, which the next step finds out.
            let _ = handle.control.send(event).await;
        }
    }

    pub async fn degrade(&mut self, stage: Stage, degraded: bool) {
        self.tell(Event::Degraded { stage, degraded }).await;
    }

    pub fn turns(&self) -> Vec<&Turn> {
        self.auditor.turns.values().collect()
    }

    /// What the language model was told with its last task, without the persona: who says it, and what.
    pub fn last_prompt(&self) -> Vec<(&'static str, String)> {
        let tasks = self.language_model.tasks();
        let messages = tasks.last().map(|task| task.messages.as_slice()).unwrap_or_default();
        messages.iter().skip(1).map(|message| (message.role.as_str(), message.text.clone())).collect()
    }

    /// Forgets what only looks back at the past: tasks, notices and turns that are over.
    pub fn forget(&mut self) {
        self.auditor.forget();
        self.person.forget();
        self.speech_to_text.forget();
        self.language_model.forget();
        self.text_to_speech.forget();
        self.end_of_turn.forget();
    }

    /// The loudspeaker goes away, and comes back after so long.
    pub fn lose_loudspeaker(&mut self, length: Duration) {
        self.timeline.note(self.now, format!("the loudspeaker is away: {length:?}"));
        self.card.is_lost = true;
        self.card_away_until = self.card_away_until.max(self.now + length);
    }

    /// Whether the loudspeaker is away.
    pub fn is_without_loudspeaker(&self) -> bool {
        self.now < self.card_away_until
    }

    /// What a door or a supervisor reaches the conductor by; `None` once it was closed.
    pub fn handle(&self) -> Option<&Handle> {
        self.handle.as_ref()
    }

    /// Closes only the microphone.
    pub fn unplug(&mut self) {
        self.timeline.note(self.now, "the microphone is gone");
        self.frames = None;
    }
}

impl Drop for World {
    #[expect(clippy::print_stderr, reason = "this is how a failing test tells what happened")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.timeline);
        }
    }
}
