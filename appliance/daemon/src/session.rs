//! A conversation with everything that belongs to it: microphone, loudspeaker, workers and conductor.

use std::sync::Arc;

use parley_audio::DeviceError;
use parley_audio::capture::{Microphone, Source};
use parley_audio::playback::{NoFreeFeed, PlaybackThread, Sink};
use parley_conversation::{BargeIn, Conversation, Settings};
use parley_door::OWN_SEAT;
use parley_models::Selection;
use parley_settings::Config;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::conductor::{Conducting, Conductor, Generating, Handle, Loudspeaker};
use crate::listening::{self, Mute};
use crate::seats::{NoFreeSeat, Seat, Seats};
use crate::tools::Tools;
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
    /// How it is conducted; further ones are conducted alike.
    pub settings: Settings,
    pub generating: Generating,
    conductor: JoinHandle<()>,
    _seat: Seat,
    _playback: Option<PlaybackThread>,
}

/// What the configuration and the models say about the conversation.
pub fn settings(config: &Config, models: &Selection) -> Settings {
    let voices = models.text_to_speech.files.iter().map(|(language, _)| language.clone()).collect();
    Settings { voices, ..conducting(config).settings }
}

/// What the configuration says of it that may change while it goes on.
pub fn conducting(config: &Config) -> Conducting {
    let defaults = Settings::default();
    let settings = Settings {
        persona: config.conversation.persona.clone().unwrap_or_else(|| defaults.persona.clone()),
        remembered_turns: config.conversation.remembered_turns,
        prompt_tokens: config.prompt_tokens(),
        barge_in: config.conversation.barge_in,
        ..defaults
    };
    let generating = Generating { max_tokens: config.conversation.answer_tokens, ..Generating::default() };
    Conducting { settings, generating }
}

impl Session {
    /// Starts to listen at once; answers come as soon as the models are loaded.
    pub fn start(
        settings: Settings,
        generating: Generating,
        workers: Workers,
        source: impl Source + 'static,
        sink: impl Sink + 'static,
    ) -> Result<Self, SessionError> {
        let (mixer, playback) = PlaybackThread::start(sink)?;
        let mute = Mute::default();
        let (frames, _) = listening::listen(Microphone::start(source)?, mute.clone())?;
        let loudspeaker = Loudspeaker::open(mixer)?;
        Self::with(settings, generating, workers, Some((loudspeaker, playback)), frames, mute)
    }

    /// A conversation in writing.
    pub fn in_writing(settings: Settings, generating: Generating, workers: Workers) -> Result<Self, SessionError> {
        let settings = Settings { spoken: false, barge_in: BargeIn::Key, ..settings };
        let (_, no_frames) = mpsc::channel(1);
        Self::with(settings, generating, workers, None, no_frames, Mute::default())
    }

    fn with(
        settings: Settings,
        generating: Generating,
        workers: Workers,
        loudspeaker: Option<(Loudspeaker, PlaybackThread)>,
        frames: mpsc::Receiver<listening::AudioFrame>,
        mute: Mute,
    ) -> Result<Self, SessionError> {
        let seats = Seats::new(workers.engines().ok_or(SessionError::Workers)?);
        let seat = seats.take()?;
        let settings = Settings { seat: seat.id(), ..settings };
        let tools = Tools::default();
        let conversation = Conversation::new(settings.clone(), Box::new(tools.router()), workers.has_end_of_turn());
        let (loudspeaker, playback) = loudspeaker.unzip();
        let (conductor, handle) = Conductor::new(conversation, seat.engines(), generating.clone(), loudspeaker);
        let conductor = conductor.with_performer(Arc::new(tools.performer(OWN_SEAT)));
        workers.watch(&handle.control);
        let conductor = tokio::spawn(conductor.run(frames));
        let (_seat, _playback) = (seat, playback);
        Ok(Self { handle, workers, mute, seats, tools, settings, generating, conductor, _seat, _playback })
    }

    pub async fn close(self) {
        self.conductor.abort();
        self.workers.shut_down().await;
    }
}
