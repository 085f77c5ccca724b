//! The listening thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parley_audio::capture::{FRAME_SAMPLES, Microphone};
use parley_conversation::Position;
use parley_wake::Word;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;

use super::sound_health::{SoundHealth, SoundTroubles};
use super::{AudioFrame, Detector, FRAMES_IN_FLIGHT, Mute};

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
}

/// What comes of a microphone.
pub struct Listening {
    pub frames: mpsc::Receiver<AudioFrame>,
    pub counters: Arc<ListeningCounters>,
}

/// Starts listening, for these wake words too; the thread ends with the receiver.
pub fn listen(mut microphone: Microphone, mute: Mute, words: Vec<Word>) -> std::io::Result<Listening> {
    let (frames, receiver) = mpsc::channel(FRAMES_IN_FLIGHT);
    let counters = Arc::<ListeningCounters>::default();
    let its = Arc::clone(&counters);
    std::thread::Builder::new().name("listening".into()).spawn(move || {
        let (mut detector, mut health) = (Detector::default().with_wake_words(words), SoundHealth::default());
        while !frames.is_closed() {
            its.beats.fetch_add(1, Ordering::Relaxed);
            let Some(frame) = microphone.wait_frame(PATIENCE) else { continue };
            let muted = mute.is_set();
            let (end, arrived) = (Position(frame.position + FRAME_SAMPLES as u64), Instant::from_std(frame.arrived_at));
            let heard = detector.hear(&frame.samples, muted, end, arrived);
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

#[cfg(test)]
mod tests {
    use parley_audio::capture::{FRAME_RATE_HZ, QueueSource};

    use super::*;

    #[tokio::test]
    async fn a_muted_microphone_delivers_silence_and_goes_on() {
        let (source, clips) = QueueSource::new(FRAME_RATE_HZ);
        let mute = Mute::default();
        let microphone = Microphone::start(source).expect("it starts");
        let mut frames = listen(microphone, mute.clone(), Vec::new()).expect("a thread").frames;
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
