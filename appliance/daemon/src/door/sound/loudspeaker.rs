//! The loudspeaker of a client: what it is sent, when it is to be silent, and what of it was heard.
//!
//! Time is an argument. To fall silent takes a word from either side: the client is told to (a flush), and answers with what
//! it has played. So long nothing changes. Where no answer comes for [`ANSWER`], what it has said last counts.

use std::time::{Duration, Instant as StdInstant};

use parley_audio::playback::{Renderer, Sink, SinkFormat, Written};
use parley_audio::{DeviceError, DeviceLost};
use parley_door::SoundFromDaemon;
use tokio::time::Instant;

use super::playout::{BadCount, NeedsFlush, Playout};
use super::{AHEAD_MS, FRAME_MS, RATE_HZ, samples_in};

/// How long a client that is to be silent may take to say what it has played: a frame, and a word over a network.
const ANSWER: Duration = Duration::from_millis(100);
/// The end of a sound, which fills no frame, is sent when no more than this is left to play: until then it may go on.
const SOON_MS: u32 = 60;

pub(super) struct ClientLoudspeaker {
    renderer: Renderer,
    line: Line,
    /// Of a flush: until when what it answers counts.
    answer_due: Option<Instant>,
    /// Since when the client has owed a word, or when it has said the last one.
    owes_since: Option<Instant>,
}

/// A sink that is at the other end of a socket.
#[derive(Default)]
struct Line {
    playout: Playout,
    /// To be sent. No more than what may be on its way, and the flush that drops it.
    bytes: Vec<u8>,
}

impl ClientLoudspeaker {
    pub(super) fn new(renderer: Renderer) -> Self {
        Self { renderer, line: Line::default(), answer_due: None, owes_since: None }
    }

    /// Does what is due: falls silent, counts what was heard, and sends what there is room for.
    pub(super) fn go_on(&mut self, now: Instant) {
        let answered = self.line.playout.is_flushed();
        if answered || self.answer_due.is_some_and(|due| due <= now) {
            self.answer_due = None;
            let dropped = self.line.drop_pending();
            self.renderer.take_back(dropped);
        }
        if self.answer_due.is_none() && self.renderer.falls_silent() {
            self.line.playout.flush();
            SoundFromDaemon::Flush.write(&mut self.line.bytes);
            self.answer_due = Some(now + ANSWER);
        }
        if self.answer_due.is_none() {
            self.renderer.obey(&mut self.line);
            self.send(now.into_std());
        }
        if !self.line.playout.owes() {
            self.owes_since = None;
        } else if self.owes_since.is_none() {
            self.owes_since = Some(now);
        }
    }

    fn send(&mut self, now: StdInstant) {
        let soon = samples_in(SOON_MS);
        while self.line.playout.room(samples_in(AHEAD_MS)) >= samples_in(FRAME_MS)
            && !self.renderer.is_idle()
            && (self.renderer.has_a_period() || self.line.playout.pending() <= soon)
        {
            let delay = Duration::from_secs_f64(self.line.playout.pending() as f64 / f64::from(RATE_HZ));
            // The line is never lost: its end is that of the seat.
            let _ = self.renderer.write(&mut self.line, now + delay);
        }
    }

    /// The client has played so many samples, in all.
    pub(super) fn played(&mut self, samples: u64, now: Instant) -> Result<(), BadCount> {
        let before = self.line.playout.pending();
        self.line.playout.played(samples)?;
        if self.line.playout.pending() != before {
            self.owes_since = Some(now);
        }
        Ok(())
    }

    /// It has dropped the rest; before that it has played so many samples, in all.
    pub(super) fn flushed(&mut self, samples: u64, now: Instant) -> Result<(), BadCount> {
        self.owes_since = Some(now);
        self.line.playout.flushed(samples)
    }

    /// Whether it has said nothing of what it plays for so long.
    pub(super) fn is_not_played(&self, now: Instant, patience: Duration) -> bool {
        self.owes_since.is_some_and(|since| since + patience <= now)
    }

    /// What is to be sent.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.line.bytes
    }

    /// So many bytes of it were.
    pub(super) fn sent(&mut self, bytes: usize) {
        self.line.bytes.drain(..bytes.min(self.line.bytes.len()));
    }
}

impl Sink for Line {
    fn format(&self) -> SinkFormat {
        SinkFormat { rate_hz: RATE_HZ, period_frames: samples_in(FRAME_MS) }
    }

    fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
        SoundFromDaemon::Sound(period.to_vec()).write(&mut self.bytes);
        self.playout.send(period.len());
        Ok(Written::InTime)
    }

    fn delay_frames(&mut self) -> usize {
        self.playout.pending()
    }

    fn drop_pending(&mut self) -> usize {
        let (pending, NeedsFlush(needed)) = self.playout.take_back();
        if needed {
            SoundFromDaemon::Flush.write(&mut self.bytes);
        }
        pending
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}
