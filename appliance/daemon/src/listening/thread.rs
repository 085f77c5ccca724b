//! The listening thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parley_audio::capture::{FRAME_SAMPLES, Microphone};
use parley_audio::playback::Tap;
use parley_conversation::Position;
use parley_echo::check::{EchoRecorder, RecordedTap};
use parley_echo::{BLOCK, EchoCanceller, EchoFigures};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;

use super::passages::Passages;
use super::sound_health::{SoundHealth, SoundTroubles};
use super::{AudioFrame, Detector, FRAMES_IN_FLIGHT, ListenedFor, Mute};

/// How long a silent device is waited for before looking whether anyone still listens.
const PATIENCE: Duration = Duration::from_millis(200);

/// What listening has been through.
#[derive(Debug, Default)]
pub struct ListeningCounters {
    /// Frames that were dropped because the conductor was more than a second behind.
    pub dropped: AtomicU64,
    /// Rises while the thread moves, whether or not anything comes.
    pub beats: AtomicU64,
    /// What is wrong with the microphone's sound.
    pub troubles: SoundTroubles,
    /// What became of the loudspeaker's sound in it.
    pub echo: EchoCounters,
    /// Records what is heard and played, while somebody checks the room.
    pub recorder: EchoRecorder,
}

/// What has gone through the echo canceller, in blocks of 10 ms but for the last; all 0 where there is none.
#[derive(Debug, Default)]
pub struct EchoCounters {
    /// Blocks of the microphone that were to go through it.
    pub given: AtomicU64,
    /// Those that it has processed. Fewer are a fault: echo is heard that nobody takes out.
    pub processed: AtomicU64,
    /// Frames that went on without knowing what was played.
    pub without_reference: AtomicU64,
    /// How well it did while Parley spoke.
    pub passages: Passages,
}

impl EchoCounters {
    /// A frame has gone through.
    fn note(&self, figures: EchoFigures) {
        self.given.fetch_add((FRAME_SAMPLES / BLOCK) as u64, Ordering::Relaxed);
        self.processed.store(figures.canceller.processed.min(figures.canceller.rendered), Ordering::Relaxed);
        self.without_reference.store(figures.without_reference, Ordering::Relaxed);
    }
}

/// What comes of a microphone.
pub struct Listening {
    pub frames: mpsc::Receiver<AudioFrame>,
    pub counters: Arc<ListeningCounters>,
}

/// Starts listening, for these wake words and for "stop" too; the thread ends with the receiver. `tap`: what a loudspeaker plays that the
/// microphone may hear, and its rate in Hz.
pub fn listen(
    mut microphone: Microphone,
    mute: Mute,
    tap: Option<(Tap, u32)>,
    words: ListenedFor,
) -> std::io::Result<Listening> {
    let (frames, receiver) = mpsc::channel(FRAMES_IN_FLIGHT);
    let counters = Arc::<ListeningCounters>::default();
    let its = Arc::clone(&counters);
    std::thread::Builder::new().name("listening".into()).spawn(move || {
        let (mut detector, mut health) = (detector(tap, &its.recorder), SoundHealth::default());
        while !frames.is_closed() {
            its.beats.fetch_add(1, Ordering::Relaxed);
            let Some(frame) = microphone.wait_frame(PATIENCE) else { continue };
            if let Some((words, stop)) = words.take() {
                detector.listen_for(words, stop);
            }
            let muted = mute.is_set();
            let (end, arrived) = (Position(frame.position + FRAME_SAMPLES as u64), Instant::from_std(frame.arrived_at));
            let is_checked = its.recorder.is_recording();
            its.recorder.captured(&frame.samples, frame.arrived_at);
            let mut heard = detector.hear(&frame.samples, muted, end, arrived);
            if let Some(figures) = detector.echo() {
                its.echo.note(figures);
            }
            // A chirp is no answer.
            if let Some(passage) = detector.take_passage().filter(|_| !is_checked) {
                its.echo.passages.add(passage);
            }
            if is_checked {
                heard = beside_a_chirp(heard);
            }
            if !muted {
                health.look(&frame.samples, heard.speech, detector.speech_dbfs(), &its.troubles);
            }
            if let Err(TrySendError::Full(_)) = frames.try_send(heard) {
                its.dropped.fetch_add(1, Ordering::Relaxed);
            }
        }
    })?;
    Ok(Listening { frames: receiver, counters })
}

/// Whatever is left of a chirp is nobody's speech; whoever calls for certain ends the check.
fn beside_a_chirp(heard: AudioFrame) -> AudioFrame {
    AudioFrame { speech: false, name: heard.name.filter(|name| name.sure), stop: false, ..heard }
}

/// Whether the echo of a loudspeaker of this rate, in Hz, can be cancelled.
pub fn cancels_echo(loudspeaker_hz: u32) -> bool {
    parley_echo::Reference::new(loudspeaker_hz).is_ok()
}

fn detector(tap: Option<(Tap, u32)>, recorder: &EchoRecorder) -> Detector {
    match tap.map(|(tap, rate_hz)| EchoCanceller::new(RecordedTap::new(tap, recorder.clone()), rate_hz)) {
        Some(Ok(canceller)) => Detector::default().with_canceller(Box::new(canceller)),
        Some(Err(error)) => {
            tracing::warn!(%error, "no echo is cancelled");
            Detector::default()
        }
        None => Detector::default(),
    }
}

#[cfg(test)]
mod tests {
    use parley_audio::capture::{FRAME_RATE_HZ, QueueSource};

    use super::super::Name;
    use super::*;

    #[test]
    fn beside_a_chirp_nobody_speaks_and_whoever_calls_is_heard() {
        for sure in [true, false] {
            let name = Some(Name { ended: Position(9), sure, word: 0, percent: 90 });
            let frame = AudioFrame::new(Position(640), Instant::now(), [7; FRAME_SAMPLES], true);
            let heard = beside_a_chirp(AudioFrame { name, stop: true, ..frame });
            assert_eq!((heard.speech, heard.name.is_some(), heard.stop), (false, sure, false));
        }
    }

    #[tokio::test]
    async fn a_muted_microphone_delivers_silence_and_goes_on() {
        let (source, clips) = QueueSource::new(FRAME_RATE_HZ);
        let mute = Mute::default();
        let microphone = Microphone::start(source).expect("it starts");
        let mut frames = listen(microphone, mute.clone(), None, ListenedFor::default()).expect("a thread").frames;
        let mut loudest_of = async |frames_in_all: usize| {
            let mut loudest = 0;
            for _ in 0..frames_in_all {
                let frame = frames.recv().await.expect("the microphone goes on");
                loudest = loudest.max(frame.samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap_or(0));
            }
            loudest
        };
        let tone: Vec<i16> = (0..16_000).map(|n| if n / 40 % 2 == 0 { 9_000 } else { -9_000 }).collect();
        let _clip = clips.push(tone).expect("there is room");
        assert!(loudest_of(20).await > 8_000, "it is open");
        mute.set(true);
        loudest_of(5).await;
        assert_eq!(loudest_of(10).await, 0);
        mute.set(false);
        loudest_of(3).await;
        assert!(loudest_of(5).await > 8_000, "it is open again");
    }
}
