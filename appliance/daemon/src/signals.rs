//! Plays the sounds that need no engine, in a feed of their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use parley_audio::playback::{Control, Feed, Mixer, NoFreeFeed, Part};
use parley_settings::Sounds;
use tokio::sync::mpsc;
use tokio::time::Instant;

pub use crate::sounds::Signal;

/// Signals that wait for one that sounds; more are dropped: each says the same to whoever hears it.
const WAITING: usize = 2;
/// One that does not get out in this time would say something that is no longer so.
const STALE_AFTER: Duration = Duration::from_secs(2);
const FEED_EVERY: Duration = Duration::from_millis(10);

/// Plays signals; clones play in the same feed.
#[derive(Debug, Clone)]
pub struct Signals {
    wanted: mpsc::Sender<Signal>,
    choice: Arc<AtomicU8>,
}

impl Signals {
    /// Plays those that are needed, until somebody chooses otherwise.
    pub fn start(mixer: &Mixer) -> Result<Self, NoFreeFeed> {
        Self::choosing(mixer, Arc::new(AtomicU8::new(Sounds::default() as u8)))
    }

    /// The same for another loudspeaker; what is chosen for one is chosen for both.
    pub fn beside(&self, mixer: &Mixer) -> Result<Self, NoFreeFeed> {
        Self::choosing(mixer, Arc::clone(&self.choice))
    }

    fn choosing(mixer: &Mixer, choice: Arc<AtomicU8>) -> Result<Self, NoFreeFeed> {
        let (feed, control) = mixer.open(Part::Sound)?;
        let (wanted, signals) = mpsc::channel(WAITING);
        tokio::spawn(play_all(feed, control, signals));
        Ok(Self { wanted, choice })
    }

    /// Which of them are heard from now on.
    pub fn choose(&self, sounds: Sounds) {
        self.choice.store(sounds as u8, Ordering::Relaxed);
    }

    /// Plays this one soon, where it is wanted.
    pub fn play(&self, signal: Signal) {
        let least = match signal {
            Signal::Ready | Signal::Failed => Sounds::Needed,
            Signal::Heard | Signal::NotUnderstood => Sounds::All,
        };
        if self.choice.load(Ordering::Relaxed) >= least as u8 {
            // Too many are dropped, see `WAITING`.
            let _ = self.wanted.try_send(signal);
        }
    }
}

async fn play_all(mut feed: Feed, control: Control, mut signals: mpsc::Receiver<Signal>) {
    while let Some(signal) = signals.recv().await {
        if tokio::time::timeout(STALE_AFTER, play(&mut feed, &control, signal)).await.is_err() {
            control.discard();
        }
    }
}

async fn play(feed: &mut Feed, control: &Control, signal: Signal) {
    let (samples, stream) = (signal.at(feed.rate_hz()), control.stream());
    let mut rest = samples.as_slice();
    let begun = Instant::now();
    while !(rest.is_empty() && control.is_drained()) {
        let Ok(taken) = feed.offer(stream, rest) else { return };
        rest = rest.get(taken..).unwrap_or_default();
        tokio::time::sleep(FEED_EVERY).await;
    }
    tracing::debug!(?signal, took = ?begun.elapsed(), "a signal was heard");
}

#[cfg(test)]
mod tests {
    use parley_audio::playback::{PlaybackThread, RecordingSink};

    use super::*;

    const RATE_HZ: u32 = 16_000;

    /// What of these is heard, in seconds of sound.
    async fn heard(choice: Option<Sounds>, signals: &[Signal]) -> f32 {
        let (sink, recording) = RecordingSink::new(RATE_HZ);
        let (mixer, _thread) = PlaybackThread::start(sink).expect("a thread");
        let player = Signals::start(&mixer).expect("a free feed");
        if let Some(choice) = choice {
            player.choose(choice);
        }
        for signal in signals {
            player.play(*signal);
            tokio::time::sleep(Duration::from_millis(900)).await;
        }
        recording.samples().iter().filter(|sample| sample.abs() > 30).count() as f32 / RATE_HZ as f32
    }

    #[tokio::test]
    async fn each_is_heard_where_it_is_wanted() {
        assert!(heard(None, &[Signal::Ready]).await > 0.3);
        assert!(heard(None, &[Signal::Failed]).await > 0.3);
        assert!(heard(None, &[Signal::Heard]).await < 0.01);
        assert!(heard(Some(Sounds::All), &[Signal::Heard]).await > 0.05);
        assert!(heard(Some(Sounds::None), &[Signal::Ready, Signal::Failed]).await < 0.01);
    }

    #[tokio::test]
    async fn one_that_nobody_could_hear_in_time_is_not_heard_late() {
        let (mixer, mut renderer) = parley_audio::playback::Renderer::new(RATE_HZ, 160);
        let player = Signals::start(&mixer).expect("a free feed");
        player.play(Signal::Failed);
        tokio::time::sleep(STALE_AFTER + Duration::from_millis(200)).await;
        for _ in 0..100 {
            let mut period = [0; 160];
            renderer.render(&mut period);
            assert_eq!(period, [0; 160], "the loudspeaker was away");
        }
        player.play(Signal::Ready);
        let mut loudest = 0;
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let mut period = [0; 160];
            renderer.render(&mut period);
            loudest = period.into_iter().chain([loudest]).max().unwrap_or_default();
        }
        assert!(loudest > 8_000, "the next one is heard when it is back: {loudest}");
    }
}
