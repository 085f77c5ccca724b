//! The check on doubles of devices in real time, through the threads that a card's sound goes through.

use std::time::{Duration, Instant};

use parley_audio::capture::{Captured, Source, SourceFormat};
use parley_audio::playback::{LOUDSPEAKER_HZ, Recording, RecordingSink};
use parley_audio::{DeviceError, DeviceLost};

use super::super::{EchoCheckFigures, record};

/// A microphone of two channels that hears a loudspeaker a while later: by itself in the first, and in the second as well.
struct Hears {
    loudspeaker: Recording,
    since: Instant,
    delivered: u64,
    delay: Duration,
    gains: [f32; 2],
}

const PERIOD: usize = 480;

impl Source for Hears {
    fn format(&self) -> SourceFormat {
        SourceFormat { rate_hz: LOUDSPEAKER_HZ, channels: 2, period_frames: PERIOD }
    }

    fn read(&mut self, interleaved: &mut [i16]) -> Result<Captured, DeviceLost> {
        let time_of = |frame: u64| self.since + Duration::from_micros(frame * 1_000_000 / u64::from(LOUDSPEAKER_HZ));
        std::thread::sleep(time_of(self.delivered + PERIOD as u64).saturating_duration_since(Instant::now()));
        let (samples, first) = (self.loudspeaker.samples(), self.loudspeaker.first_frame_at() + self.delay);
        let since = time_of(self.delivered).saturating_duration_since(first).as_secs_f64();
        let from = (since * f64::from(LOUDSPEAKER_HZ)).round() as usize;
        for (number, frame) in interleaved.as_chunks_mut::<2>().0.iter_mut().take(PERIOD).enumerate() {
            let heard = f32::from(samples.get(from + number).copied().unwrap_or(0));
            // A quiet room has some noise.
            let noise = ((self.delivered as usize + number) * 7_919 % 61) as f32 - 30.0;
            *frame = self.gains.map(|gain| (heard * gain + noise) as i16);
        }
        self.delivered += PERIOD as u64;
        Ok(Captured { frames: PERIOD, after_overrun: false })
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}

#[test]
fn a_chirp_is_played_and_heard_through_the_real_threads() {
    let (sink, loudspeaker) = RecordingSink::new(LOUDSPEAKER_HZ);
    let delay = Duration::from_millis(120);
    let source = Hears { loudspeaker, since: Instant::now(), delivered: 0, delay, gains: [0.3, 0.2] };
    let recording = record(source, sink, |mixer| mixer.set_volume(0.5)).expect("threads");
    let figures = EchoCheckFigures::of(&recording);
    assert!(figures.has_reference && figures.chirps_heard == 2 && figures.channels == 2, "{figures:?}");
    // The machine may be busy, and a period is 10 ms.
    let delay_ms = figures.delay_ms.expect("it was heard");
    assert!((105.0..150.0).contains(&delay_ms), "{figures:?}");
}
