//! A conversation with everything that belongs to it: microphone, loudspeaker, workers and conductor.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parley_audio::DeviceError;
use parley_audio::capture::{Microphone, Source};
use parley_audio::playback::{NoFreeFeed, PlaybackThread, Sink};
use parley_conversation::{Attention, BargeIn, CLOSES_BEFORE, Conversation, Endpointing, Settings};
use parley_door::{EchoState, OWN_SEAT};
use parley_models::Selection;
use parley_settings::{BargeInSetting, Config, ConversationSettings};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinHandle};

use crate::conductor::{Conducting, Conductor, Generating, Handle, Loudspeaker, Teacher};
use crate::context;
use crate::door::KeptNearMisses;
use crate::health::{SoundPath, Troubles};
use crate::languages::Languages;
use crate::listening::{self, ListenedFor, Listening, Mute};
use crate::near_misses::NearMisses;
use crate::own_words::by_voice::WordsByVoice;
use crate::room_check::{RoomChecked, RoomChecker};
use crate::seats::{NoFreeSeat, Seat, Seats};
use crate::signals::Signals;
use crate::tools::Tools;
use crate::volume::VolumeByVoice;
use crate::wake_words::WakeWords;
use crate::workers::Workers;

#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error(transparent)]
    Device(#[from] DeviceError),
    #[error(transparent)]
    Loudspeaker(#[from] NoFreeFeed),
    #[error("cannot start the listening thread: {0}")]
    Thread(#[from] std::io::Error),
    #[error(transparent)]
    Seat(#[from] NoFreeSeat),
    #[error("a conversation needs at least the language model")]
    Workers,
    #[error("the conductor has ended: {0}")]
    Over(Arc<str>),
}

pub struct Session {
    /// Where events go in and observations come out.
    pub handle: Handle,
    pub workers: Workers,
    /// Closes the microphone.
    pub mute: Mute,
    /// For further places of conversation, which use the same engines.
    pub seats: Seats,
    /// What programs do when somebody asks for it.
    pub tools: Tools,
    /// What "louder" changes.
    pub volume: VolumeByVoice,
    /// How it is conducted; further ones are conducted alike.
    pub settings: Settings,
    pub generating: Generating,
    /// Where there is a loudspeaker.
    pub signals: Option<Signals>,
    /// What sound goes through; none in writing.
    pub sound: Option<SoundPath>,
    /// Whether the microphone is without what the loudspeaker plays.
    pub cancels_echo: bool,
    /// The sound of near misses, where the owner agrees that it is kept.
    pub near_misses: KeptNearMisses,
    /// What is wrong with it, told by [`watch`](crate::health::watch).
    pub troubles: watch::Sender<Troubles>,
    /// How well the echo is taken out, told by [`EchoWatch`](crate::health::EchoWatch).
    pub echo: watch::Sender<Option<EchoState>>,
    /// Checks the room, where its echo is cancelled.
    pub room: Option<RoomChecker>,
    /// What its checks find, for whoever keeps it.
    pub rooms: Option<mpsc::Receiver<RoomChecked>>,
    conductor: ConductorTask,
    _seat: Seat,
    _playback: Option<PlaybackThread>,
}

/// What the configuration and the models say about the conversation.
pub fn settings(config: &Config, models: &Selection) -> Settings {
    let voices = Languages::of(config, models).voices;
    let unsure_below = models.unsure_below.map_or(0.0, |percent| f32::from(percent) / 100.0);
    Settings { voices, unsure_below, ..conducting(&context::fitted(config, models)).settings }
}

/// The same at the device itself, whose loudspeaker has this rate in Hz: speech interrupts where its echo can be cancelled.
pub fn settings_at_device(config: &Config, models: &Selection, loudspeaker_hz: u32) -> Settings {
    let settings = settings(config, models);
    if !listening::cancels_echo(loudspeaker_hz) {
        return settings;
    }
    let generating = Generating::default();
    with_echo_cancelled(Conducting { settings, generating }, config).settings
}

/// What the configuration says of it that may change while it goes on, where no echo is cancelled.
pub fn conducting(config: &Config) -> Conducting {
    let defaults = Settings::default();
    let settings = Settings {
        persona: config.conversation.persona.clone(),
        remembered_turns: config.conversation.remembered_turns,
        prompt_tokens: config.prompt_tokens(),
        barge_in: match config.conversation.barge_in {
            BargeInSetting::Voice => BargeIn::Voice,
            BargeInSetting::Auto | BargeInSetting::Key => BargeIn::Key,
        },
        echo_guard: Duration::from_millis(config.conversation.echo_guard.into()),
        energy_floor_dbfs: config.audio.energy_floor.map(|floor| floor as f32),
        endpointing: Endpointing {
            pause: Duration::from_millis(config.conversation.pause.into()),
            ..Endpointing::default().with_patience(config.conversation.patience as f32)
        },
        ..defaults
    };
    let ConversationSettings { answer_tokens: max_tokens, temperature, .. } = config.conversation;
    let generating = Generating { max_tokens, temperature: temperature as f32 };
    Conducting { settings, generating }
}

/// How a conversation is conducted where what the loudspeaker plays is taken out of what is heard: speech interrupts, unless the
/// configuration says that a key does.
pub fn with_echo_cancelled(conducting: Conducting, config: &Config) -> Conducting {
    let barge_in = match config.conversation.barge_in {
        BargeInSetting::Auto | BargeInSetting::Voice => BargeIn::Voice,
        BargeInSetting::Key => BargeIn::Key,
    };
    Conducting { settings: Settings { barge_in, ..conducting.settings }, ..conducting }
}

/// How a conversation is conducted where nothing can press: unless speech interrupts, answers are short, and between their
/// sentences the microphone is open for a word.
pub fn half_duplex(conducting: Conducting) -> Conducting {
    /// In which somebody begins to speak.
    const OPEN: Duration = Duration::from_millis(600);
    /// About twenty seconds.
    const MOST_TOKENS: u32 = 80;
    let Conducting { settings, generating } = conducting;
    if settings.barge_in == BargeIn::Voice {
        return Conducting { settings, generating };
    }
    let settings = Settings { rest: settings.echo_guard + OPEN + CLOSES_BEFORE, ..settings };
    Conducting { settings, generating: Generating { max_tokens: generating.max_tokens.min(MOST_TOKENS), ..generating } }
}

/// What a measurement says of the settings that it was made with: those of the conversation and the engines, and whether
/// speech interrupts an answer.
pub fn told_settings(config: &Config, barge_in: BargeIn) -> BTreeMap<&'static str, String> {
    let interrupted_by = if barge_in == BargeIn::Voice { "speech" } else { "a key" };
    let listed =
        config.listed().into_iter().filter(|(key, _)| key.starts_with("conversation.") || key.starts_with("engines."));
    let told = listed.filter_map(|(key, value)| Some((key, value.filter(|_| key != "conversation.persona")?)));
    told.chain([("interrupted by", interrupted_by.to_owned())]).collect()
}

impl Session {
    /// Starts to listen at once, for these wake words too; answers come as soon as the models are loaded.
    pub fn start(
        settings: Settings,
        generating: Generating,
        workers: Workers,
        wake_words: WakeWords,
        mute: Mute,
        source: impl Source + 'static,
        sink: impl Sink + 'static,
    ) -> Result<Self, SessionError> {
        let (mixer, playback) = PlaybackThread::start(sink)?;
        // Who comes by the door, or asks for the gate, is listened to without being called.
        let attention = wake_words.attention();
        let names = wake_words.names();
        let listened_for = ListenedFor::new(wake_words.words, wake_words.stop);
        let by_voice = |school| WordsByVoice::new(school, listened_for.clone(), names.clone());
        let teacher =
            wake_words.school.map(|school| (school.config.conversation.keep_near_misses, Arc::new(by_voice(school))));
        let near_misses =
            teacher.as_ref().filter(|(keeps, _)| *keeps).map(|(_, words)| (NearMisses::default(), Arc::clone(words)));
        let teacher = teacher.map(|(_, words)| words as Arc<dyn Teacher>);
        let channel = source.channel();
        let microphone = Microphone::start_with(source, mute.switch())?;
        let capture = microphone.counters();
        let tap = mixer.tap().map(|tap| (tap, mixer.rate_hz()));
        let cancels_echo = tap.is_some() && listening::cancels_echo(mixer.rate_hz());
        let listening = listening::listen(microphone, mute.clone(), tap, listened_for)?;
        let Listening { frames, counters: listening } = listening;
        let sound = SoundPath { capture, listening, mixer: mixer.clone() };
        let loudspeaker = Loudspeaker::open(mixer)?;
        let kept = near_misses.as_ref().map(|(misses, _)| misses.clone());
        let ear = Ear { frames, mute: mute.clone(), attention, names, teacher, near_misses: kept };
        let session = Self::with(settings, generating, workers, Some((loudspeaker, playback)), ear)?;
        let near_misses = near_misses.map(|(misses, words)| KeptNearMisses::new(misses, words)).unwrap_or_default();
        let room = || RoomChecker::new(&session.handle, sound.clone(), mute, channel);
        let (room, rooms) = cancels_echo.then(room).unzip();
        Ok(Self { sound: Some(sound), cancels_echo, near_misses, room, rooms, ..session })
    }

    /// A conversation in writing.
    pub fn in_writing(settings: Settings, generating: Generating, workers: Workers) -> Result<Self, SessionError> {
        let settings = Settings { spoken: false, barge_in: BargeIn::Key, ..settings };
        let (_, no_frames) = mpsc::channel(1);
        let ear = Ear {
            frames: no_frames,
            mute: Mute::default(),
            attention: Attention::Always,
            names: Vec::new(),
            teacher: None,
            near_misses: None,
        };
        Self::with(settings, generating, workers, None, ear)
    }

    fn with(
        settings: Settings,
        generating: Generating,
        workers: Workers,
        loudspeaker: Option<(Loudspeaker, PlaybackThread)>,
        Ear { frames, mute, attention, names, teacher, near_misses }: Ear,
    ) -> Result<Self, SessionError> {
        let seats = Seats::new(workers.engines().ok_or(SessionError::Workers)?);
        let seat = seats.take()?;
        let settings = Settings { seat: seat.id(), ..settings };
        let tools = Tools::default();
        let its = Settings { attention, ..settings.clone() };
        let conversation = Conversation::new(its, Box::new(tools.router()), workers.has_end_of_turn());
        let (loudspeaker, playback) = loudspeaker.unzip();
        let (conductor, handle) = Conductor::new(conversation, seat.engines(), generating.clone(), loudspeaker);
        let volume = VolumeByVoice::default();
        let mut conductor = conductor.with_names(names).with_performer(volume.performer(tools.performer(OWN_SEAT)));
        if let Some(near_misses) = near_misses {
            conductor = conductor.with_near_misses(near_misses);
        }
        if let Some(teacher) = teacher {
            conductor = conductor.with_teacher(teacher);
        }
        let signals = handle.mixer.as_ref().map(Signals::start).transpose()?;
        if let Some(signals) = &signals {
            conductor = conductor.with_signals(signals.clone());
        }
        workers.watch(&handle.control);
        let conductor = ConductorTask::watch(tokio::spawn(conductor.run(frames)));
        let (_seat, _playback) = (seat, playback);
        let (sound, troubles, cancels_echo) = (None, watch::Sender::default(), false);
        let (echo, room, rooms) = (watch::Sender::default(), None, None);
        Ok(Self {
            handle,
            workers,
            mute,
            seats,
            tools,
            volume,
            settings,
            generating,
            signals,
            sound,
            cancels_echo,
            near_misses: KeptNearMisses::default(),
            troubles,
            echo,
            room,
            rooms,
            conductor,
            _seat,
            _playback,
        })
    }

    /// Ends when the conversation has, and says why: nobody is listened to or answered any more.
    pub async fn over(&self) -> SessionError {
        SessionError::Over(self.conductor.over().await)
    }

    /// Ends the conversation, and leaves the workers to others.
    pub fn leave(self) {
        self.conductor.task.abort();
    }

    pub async fn close(self) {
        self.conductor.task.abort();
        self.workers.shut_down().await;
    }
}

/// What is heard of a room, and when it counts.
struct Ear {
    frames: mpsc::Receiver<listening::AudioFrame>,
    mute: Mute,
    attention: Attention,
    /// By which it is called.
    names: Vec<String>,
    /// Who learns further names.
    teacher: Option<Arc<dyn Teacher>>,
    near_misses: Option<NearMisses>,
}

/// The conductor's task, and why it has ended.
struct ConductorTask {
    task: AbortHandle,
    over: watch::Receiver<Option<Arc<str>>>,
}

impl ConductorTask {
    fn watch(conductor: JoinHandle<()>) -> Self {
        let (tell, over) = watch::channel(None);
        let task = conductor.abort_handle();
        tokio::spawn(async move {
            let why = conductor.await.map_or_else(|error| error.to_string(), |()| "nobody listens any more".into());
            tell.send_replace(Some(why.into()));
        });
        Self { task, over }
    }

    async fn over(&self) -> Arc<str> {
        let mut over = self.over.clone();
        let why = over.wait_for(Option::is_some).await.ok().and_then(|why| why.clone());
        why.unwrap_or_else(|| "its runtime has ended".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_conductor_that_panics_is_noticed_and_says_why() {
        let conducting = ConductorTask::watch(tokio::spawn(async { panic!("it lost its score") }));
        assert!(conducting.over().await.contains("it lost its score"));
        let running = ConductorTask::watch(tokio::spawn(std::future::pending()));
        let waits = tokio::time::timeout(std::time::Duration::from_millis(50), running.over());
        assert!(waits.await.is_err(), "one that conducts is not over");
        running.task.abort();
        running.over().await;
    }
}
