//! The loudspeaker of a client: what it is sent, when it is to be silent, and what of it was heard.
//!
//! Time is an argument. To fall silent takes a word from either side: the client is told to (a flush), and answers with what
//! it has played. Until then nothing is sent, and no command is carried out.

use std::time::{Duration, Instant as StdInstant};

use parley_audio::playback::{Renderer, Sink, SinkFormat, Written};
use parley_audio::{DeviceError, DeviceLost};
use parley_door::SoundFromDaemon;
use tokio::time::Instant;

use super::playout::{BadCount, NeedsFlush, Playout};
use super::{AHEAD_MS, FRAME_MS, RATE_HZ, samples_in};

/// The end of a sound, which fills no frame, is sent when no more than this is left to play: until then it may go on.
const SOON_MS: u32 = 60;

pub(super) struct ClientLoudspeaker {
    renderer: Renderer,
    line: Line,
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
        Self { renderer, line: Line::default(), owes_since: None }
    }

    /// Does what is due: falls silent, counts what was heard, and sends what there is room for.
    pub(super) fn go_on(&mut self, now: Instant) {
        if self.line.playout.is_flushed() {
            let dropped = self.line.drop_pending();
            self.renderer.take_back(dropped);
        }
        if !self.line.playout.is_to_be_flushed() {
            if self.renderer.falls_silent() {
                self.line.playout.flush();
                SoundFromDaemon::Flush.write(&mut self.line.bytes);
            } else {
                self.renderer.obey(&mut self.line);
                self.send(now.into_std());
            }
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

#[cfg(test)]
mod tests {
    use parley_audio::playback::{Control, Feed, Part};
    use parley_door::FrameCutter;

    use super::*;

    struct Bench {
        loudspeaker: ClientLoudspeaker,
        feed: Feed,
        control: Control,
        begun: Instant,
        client: FrameCutter,
    }

    impl Bench {
        fn new() -> Self {
            let (mixer, renderer) = Renderer::new(RATE_HZ, samples_in(FRAME_MS));
            let (feed, control) = mixer.open(Part::Speech).expect("it is the first feed");
            let loudspeaker = ClientLoudspeaker::new(renderer);
            Self { loudspeaker, feed, control, begun: Instant::now(), client: FrameCutter::default() }
        }

        /// What the client is sent at this time.
        fn at(&mut self, ms: u64) -> Vec<SoundFromDaemon> {
            self.loudspeaker.go_on(self.now(ms));
            self.client.push(self.loudspeaker.bytes());
            self.loudspeaker.sent(usize::MAX);
            std::iter::from_fn(|| self.client.next_from_daemon().expect("frames")).collect()
        }

        fn now(&self, ms: u64) -> Instant {
            self.begun + Duration::from_millis(ms)
        }

        fn offer(&mut self, samples: std::ops::Range<i16>) {
            let samples: Vec<i16> = samples.collect();
            assert_eq!(self.feed.offer(self.control.stream(), &samples), Ok(samples.len()));
        }

        fn heard(&self) -> u64 {
            self.control.heard()
        }
    }

    fn sound(frames: &[SoundFromDaemon]) -> Vec<i16> {
        let samples = frames.iter().map(|frame| {
            let SoundFromDaemon::Sound(samples) = frame else { panic!("{frame:?}") };
            samples.as_slice()
        });
        samples.collect::<Vec<_>>().concat()
    }

    #[test]
    fn no_frame_has_a_gap_while_more_may_come() {
        let mut bench = Bench::new();
        bench.offer(1..2_201);
        assert_eq!(sound(&bench.at(0)), (1..1_921).collect::<Vec<_>>());
        assert_eq!(bench.at(10), []);
        bench.offer(2_201..2_401);
        assert_eq!(sound(&bench.at(20)), (1_921..2_401).collect::<Vec<_>>());
        // Nothing more comes: the rest is sent in time.
        bench.offer(2_401..2_501);
        assert_eq!(bench.at(30), []);
        assert_eq!(bench.loudspeaker.played(960, bench.now(40)), Ok(()));
        let rest: Vec<i16> = (2_401..2_501).chain([0; 380]).collect();
        assert_eq!(sound(&bench.at(40)), rest);
        assert_eq!(bench.heard(), 960);
    }

    #[test]
    fn a_pause_is_a_flush_and_a_resume_goes_on_behind_what_was_played() {
        let mut bench = Bench::new();
        bench.offer(1..9_601);
        assert_eq!(sound(&bench.at(0)), (1..9_601).collect::<Vec<_>>());
        bench.control.pause();
        assert_eq!(bench.at(10), [SoundFromDaemon::Flush]);
        bench.control.resume();
        assert_eq!(bench.loudspeaker.played(480, bench.now(20)), Ok(()));
        assert_eq!(bench.at(20), [], "it has not answered yet");
        assert_eq!(bench.loudspeaker.flushed(700, bench.now(30)), Ok(()));
        assert_eq!(sound(&bench.at(30)), (701..9_601).chain([0; 220]).collect::<Vec<_>>()[..8_640]);
        assert_eq!(bench.heard(), 700);
        assert_eq!(bench.loudspeaker.flushed(700, bench.now(40)), Err(BadCount), "there was one");
    }

    #[test]
    fn what_was_discarded_is_heard_as_far_as_the_client_says() {
        let mut bench = Bench::new();
        let stream = bench.control.stream();
        bench.offer(1..2_401);
        assert_eq!(bench.at(0).len(), 5);
        bench.control.discard();
        assert_eq!(bench.at(10), [SoundFromDaemon::Flush]);
        bench.offer(5_000..5_480);
        assert_eq!(bench.at(300), [], "nothing is sent into a flush");
        assert_eq!(bench.loudspeaker.flushed(1_000, bench.now(300)), Ok(()));
        assert_eq!(sound(&bench.at(310)), (5_000..5_480).collect::<Vec<_>>());
        assert_eq!(bench.control.heard_of(stream), Some(1_000));
    }

    #[test]
    fn a_client_owes_a_word_while_something_is_on_its_way() {
        let mut bench = Bench::new();
        let patience = Duration::from_secs(1);
        let owes = |bench: &mut Bench, ms| {
            bench.at(ms);
            bench.loudspeaker.is_not_played(bench.now(ms), patience)
        };
        assert!(!owes(&mut bench, 5_000), "it was sent nothing");
        bench.offer(0..960);
        assert!(!owes(&mut bench, 6_000));
        assert!(owes(&mut bench, 7_000));
        assert_eq!(bench.loudspeaker.played(480, bench.now(7_000)), Ok(()));
        assert!(!owes(&mut bench, 7_900));
        assert_eq!(bench.loudspeaker.played(480, bench.now(7_900)), Ok(()));
        assert!(owes(&mut bench, 8_000), "that was nothing new");
        assert_eq!(bench.loudspeaker.played(960, bench.now(8_000)), Ok(()));
        assert!(!owes(&mut bench, 20_000), "all was played");
    }
}
