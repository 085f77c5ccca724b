use std::time::Instant;

use parley_audio::capture::{Captured, Microphone, Source, SourceFormat};
use parley_audio::playback::{LOUDSPEAKER_HZ, PlaybackThread, Recording, RecordingSink};
use parley_audio::{DeviceError, DeviceLost};
use tokio::sync::broadcast;

use super::*;
use crate::listening::{ListenedFor, Listening, listen};

/// A microphone that hears a loudspeaker a while later.
struct Hears {
    loudspeaker: Recording,
    since: Instant,
    delivered: u64,
}

const DELAY: Duration = Duration::from_millis(60);
const PERIOD: usize = 480;

impl Source for Hears {
    fn format(&self) -> SourceFormat {
        SourceFormat { rate_hz: LOUDSPEAKER_HZ, channels: 1, period_frames: PERIOD }
    }

    fn read(&mut self, samples: &mut [i16]) -> Result<Captured, DeviceLost> {
        let time_of = |frame: u64| self.since + Duration::from_micros(frame * 1_000_000 / u64::from(LOUDSPEAKER_HZ));
        std::thread::sleep(time_of(self.delivered + PERIOD as u64).saturating_duration_since(Instant::now()));
        let (played, first) = (self.loudspeaker.samples(), self.loudspeaker.first_frame_at() + DELAY);
        let since = time_of(self.delivered).saturating_duration_since(first).as_secs_f64();
        let from = (since * f64::from(LOUDSPEAKER_HZ)).round() as usize;
        for (number, sample) in samples.iter_mut().take(PERIOD).enumerate() {
            let heard = f32::from(played.get(from + number).copied().unwrap_or(0));
            // A quiet room has some noise.
            let noise = ((self.delivered as usize + number) * 7_919 % 61) as f32 - 30.0;
            *sample = (heard * 0.3 + noise) as i16;
        }
        self.delivered += PERIOD as u64;
        Ok(Captured { frames: PERIOD, after_overrun: false })
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}

/// A Parley without a conversation.
pub(super) struct Device {
    pub(super) checker: RoomChecker,
    pub(super) found: mpsc::Receiver<RoomChecked>,
    phase: watch::Sender<Phase>,
    mute: Mute,
    sound: SoundPath,
    speech: Arc<std::sync::atomic::AtomicBool>,
    _playback: PlaybackThread,
}

impl Device {
    pub(super) async fn new() -> Self {
        let (sink, loudspeaker) = RecordingSink::new(LOUDSPEAKER_HZ);
        let (mixer, _playback) = PlaybackThread::start(sink).expect("a thread");
        let source = Hears { loudspeaker, since: Instant::now(), delivered: 0 };
        let microphone = Microphone::start(source).expect("a thread");
        let (capture, mute) = (microphone.counters(), Mute::default());
        let tap = mixer.tap().map(|tap| (tap, mixer.rate_hz()));
        let Listening { mut frames, counters } =
            listen(microphone, mute.clone(), tap, ListenedFor::default()).expect("a thread");
        let sound = SoundPath { capture, listening: counters, mixer };
        let speech = Arc::<std::sync::atomic::AtomicBool>::default();
        let heard = Arc::clone(&speech);
        tokio::spawn(async move {
            while let Some(frame) = frames.recv().await {
                heard.fetch_or(frame.speech, std::sync::atomic::Ordering::Relaxed);
            }
        });
        let (phase, its) = watch::channel(Phase::Quiet);
        let handle = Handle {
            control: mpsc::channel(1).0,
            observations: broadcast::channel(1).0,
            phase: its,
            mixer: None,
            pulse: Arc::default(),
            flight: crate::health::FlightRecorder::new(tokio::time::Instant::now()),
            conducting: watch::channel(None).0,
            started: tokio::time::Instant::now(),
        };
        let (checker, found) = RoomChecker::new(&handle, sound.clone(), mute.clone(), None);
        while !sound.works() {
            sleep(LOOK_EVERY).await;
        }
        Self { checker, found, phase, mute, sound, speech, _playback }
    }

    fn is_recording(&self) -> bool {
        self.sound.listening.recorder.is_recording()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parley_that_runs_hears_its_own_chirp_and_takes_it_for_nobody() {
    let mut device = Device::new().await;
    let (verdict, other) = tokio::join!(device.checker.check(), device.checker.check());
    let verdict = verdict.expect("a verdict");
    assert_eq!(other, Err(NoRoomCheck::UnderWay));
    assert!(verdict.figures.has_reference && verdict.figures.chirps_heard == 2, "{verdict:?}");
    // The machine may be busy, and a period is 10 ms.
    let delay_ms = verdict.figures.delay_ms.expect("it was heard");
    assert!((45.0..90.0).contains(&delay_ms), "{verdict:?}");
    let checked = device.found.try_recv().expect("it is kept");
    assert_eq!(checked.suppressed_db, verdict.figures.suppressed_db);
    assert!(checked.suppressed_db.is_some() && !device.is_recording());
    assert!(!device.speech.load(std::sync::atomic::Ordering::Relaxed), "the chirp is nobody's speech");
    assert_eq!(device.sound.listening.echo.passages.take(), [], "nor is it an answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_disturbed_and_whoever_comes_between_ends_it() {
    let device = Device::new().await;
    device.mute.set(true);
    assert_eq!(device.checker.check().await, Err(NoRoomCheck::Muted));
    device.mute.set(false);
    device.phase.send_replace(Phase::Speaking);
    assert_eq!(device.checker.check().await, Err(NoRoomCheck::InTurn));
    device.phase.send_replace(Phase::Asleep);
    let begun = Instant::now();
    let key = async {
        sleep(Duration::from_millis(300)).await;
        assert!(device.is_recording());
        device.phase.send_replace(Phase::Listening);
    };
    let (verdict, ()) = tokio::join!(device.checker.check(), key);
    assert_eq!(verdict, Err(NoRoomCheck::Disturbed));
    assert!(begun.elapsed() < BEFORE && !device.is_recording(), "at once");
    device.phase.send_replace(Phase::Quiet);
    timeout(Duration::from_millis(100), device.checker.check()).await.expect_err("its client goes");
    assert!(!device.is_recording());
}
