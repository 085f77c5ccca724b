//! Plays a turn's clauses one after the other, and tells the core what of them is heard.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use parley_audio::playback::{Feed, StreamId};
use parley_audio::resample::Resampler;
use parley_conversation::{CLOSES_BEFORE, Event, Stage, TurnId};
use parley_engines::Spoken;
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::time::Instant;

use super::super::jobs::{failed, send};
use super::super::{Mark, Report};
use super::Outlet;
use super::held::{self, Held, Piece};
use super::stream::Stream;

/// How often the loudspeaker is asked for room, and how much was heard: it holds 400 ms.
const FEED_EVERY: Duration = Duration::from_millis(10);
/// How often the core is told how much was heard.
const REPORT_EVERY: Duration = Duration::from_millis(200);
/// A loudspeaker that was to play for so long and did not is away: longer than any takes to begin, and than one takes
/// that was only plugged in anew. What waits for it would be said to nobody, or once nobody waits for it.
const AWAY_AFTER: Duration = Duration::from_secs(5);

pub(super) struct Player {
    turn: TurnId,
    outlet: Outlet,
    released: watch::Receiver<bool>,
    stream: Arc<Stream>,
    loudspeaker: Option<Taken>,
    resampler: Option<Resampler>,
    /// How much the loudspeaker has taken.
    taken: Duration,
    /// What will have been heard when a rest begins, or is about to end, in order.
    rests: VecDeque<Duration>,
    /// How much was heard when the core was told last.
    reported: Duration,
    /// How much was heard when the loudspeaker played last, or had nothing to play, and when that was.
    moved: (Duration, Instant),
    played: bool,
    /// The core was told that there is nothing to play.
    dry: bool,
}

/// The loudspeaker, as long as this turn has it.
struct Taken {
    feed: OwnedMutexGuard<Feed>,
    stream: StreamId,
}

/// There is nothing more to be played: the turn was stopped, or the voice has failed and the core has been told.
struct Stopped;

impl Player {
    pub(super) fn new(turn: TurnId, outlet: Outlet, released: watch::Receiver<bool>, stream: Arc<Stream>) -> Self {
        Self {
            turn,
            outlet,
            released,
            stream,
            loudspeaker: None,
            resampler: None,
            taken: Duration::ZERO,
            rests: VecDeque::new(),
            reported: Duration::ZERO,
            moved: (Duration::ZERO, Instant::now()),
            played: false,
            dry: false,
        }
    }

    pub(super) async fn play(mut self, held: Arc<Held>) {
        // An error means that the core knows already.
        let _ = self.play_all(&held).await;
    }

    async fn play_all(&mut self, held: &Held) -> Result<(), Stopped> {
        while let Some(piece) = self.meanwhile_reporting(held.next()).await {
            match piece {
                Piece::Block(block) => self.take(&block, held).await?,
                Piece::Rest(silence) => {
                    let end = self.taken + held::length(&silence);
                    self.rests.extend([self.taken, end.saturating_sub(CLOSES_BEFORE)]);
                    self.take(&silence, held).await?;
                }
                Piece::Failed(error) => {
                    let failure = failed::<()>(self.turn, Stage::TextToSpeech, Some(Err(error)));
                    send(&self.outlet.reports, failure).await;
                    return Err(Stopped);
                }
            }
        }
        self.wait_for_release().await?;
        self.flush().await?;
        while !self.stream.is_drained() {
            self.wait_for_loudspeaker().await?;
        }
        send(&self.outlet.reports, Event::Heard { turn: self.turn, heard: self.stream.heard() }).await;
        send(&self.outlet.reports, Event::PlaybackEnded { turn: self.turn }).await;
        Ok(())
    }

    async fn take(&mut self, block: &Spoken, held: &Held) -> Result<(), Stopped> {
        self.feed(block).await?;
        self.taken += held::length(block);
        held.taken(held::length(block));
        Ok(())
    }

    async fn wait_for_release(&mut self) -> Result<(), Stopped> {
        self.released.wait_for(|released| *released).await.map(|_| ()).map_err(|_| Stopped)
    }

    /// Waits for the release, and takes the loudspeaker.
    async fn take_loudspeaker(&mut self) -> Result<(), Stopped> {
        if self.loudspeaker.is_none() {
            self.wait_for_release().await?;
            let feed = Arc::clone(&self.outlet.feed).lock_owned().await;
            let stream = self.stream.begin().ok_or(Stopped)?;
            self.loudspeaker = Some(Taken { feed, stream });
            self.moved = (Duration::ZERO, Instant::now());
        }
        Ok(())
    }

    async fn feed(&mut self, block: &Spoken) -> Result<(), Stopped> {
        self.take_loudspeaker().await?;
        let resampler = match &mut self.resampler {
            Some(resampler) if resampler.from_hz() == block.rate_hz => resampler,
            other => match Resampler::new(block.rate_hz, self.outlet.rate_hz) {
                Ok(resampler) => other.insert(resampler),
                Err(error) => {
                    tracing::error!(%error, "a voice has a rate that cannot be played");
                    send(&self.outlet.reports, Event::Failed { turn: self.turn, stage: Stage::TextToSpeech }).await;
                    return Err(Stopped);
                }
            },
        };
        let mut converted = Vec::with_capacity(resampler.max_output(block.audio.len()));
        resampler.process(&block.audio, &mut converted);
        self.offer(&converted).await
    }

    async fn flush(&mut self) -> Result<(), Stopped> {
        let mut rest = Vec::new();
        if let Some(resampler) = &mut self.resampler {
            resampler.finish(&mut rest);
        }
        self.offer(&rest).await
    }

    async fn offer(&mut self, mut samples: &[f32]) -> Result<(), Stopped> {
        while !samples.is_empty() {
            let Some(Taken { feed, stream }) = &mut self.loudspeaker else { return Err(Stopped) };
            let taken = feed.offer(*stream, samples).map_err(|_| Stopped)?;
            if taken > 0 && !std::mem::replace(&mut self.played, true) {
                self.mark(Mark::Played).await;
            }
            samples = samples.get(taken..).unwrap_or_default();
            if !samples.is_empty() {
                self.wait_for_loudspeaker().await?;
            }
        }
        Ok(())
    }

    /// A moment in which the loudspeaker plays; but one that is away is not waited for.
    async fn wait_for_loudspeaker(&mut self) -> Result<(), Stopped> {
        self.report().await;
        if self.moved.1.elapsed() >= AWAY_AFTER {
            tracing::warn!(turn = %self.turn, "the loudspeaker plays nothing; what was to be said is dropped");
            send(&self.outlet.reports, Event::Failed { turn: self.turn, stage: Stage::TextToSpeech }).await;
            return Err(Stopped);
        }
        tokio::time::sleep(FEED_EVERY).await;
        Ok(())
    }

    /// Waits for something cancel-safe; what is heard meanwhile is not kept from the core.
    async fn meanwhile_reporting<T>(&mut self, waited_for: impl Future<Output = T>) -> T {
        let mut waited_for = pin!(waited_for);
        while self.played {
            tokio::select! {
                biased;
                done = &mut waited_for => return done,
                () = tokio::time::sleep(FEED_EVERY) => self.report().await,
            }
        }
        waited_for.await
    }

    /// Tells the core how much was heard: at once when anything was, when a rest begins or ends, and now and then.
    async fn report(&mut self) {
        let heard = self.stream.heard();
        if heard != self.moved.0 || self.stream.has_nothing_to_play() {
            self.moved = (heard, Instant::now());
        }
        // Where nothing was to be played, the first of what comes is told at once: somebody listens meanwhile.
        let again = self.dry && heard > self.reported;
        let mut due = again || (self.reported.is_zero() && !heard.is_zero()) || heard >= self.reported + REPORT_EVERY;
        while self.rests.pop_front_if(|rest| *rest <= heard).is_some() {
            due = true;
        }
        let ran_dry = !self.stream.is_paused() && self.stream.is_drained() && !heard.is_zero();
        if due || (ran_dry && !self.dry) {
            self.reported = heard;
            send(&self.outlet.reports, Event::Heard { turn: self.turn, heard }).await;
        }
        if ran_dry && !self.dry {
            send(&self.outlet.reports, Event::RanDry { turn: self.turn }).await;
        }
        self.dry = ran_dry || (self.dry && !again);
    }

    async fn mark(&mut self, mark: Mark) {
        // An error means that the conductor is gone.
        let _ = self.outlet.reports.send(Report::Mark(self.turn, mark, Instant::now())).await;
    }
}
