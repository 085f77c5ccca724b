//! What is left of its own voice where nobody else speaks.

use std::time::{Duration, Instant};

use anyhow::Result;
use parley_audio::capture::FRAME_SAMPLES;
use parley_e2e::acoustics::{Acoustics, LOUDSPEAKER_HZ, Moment};
use parley_echo::{EchoCanceller, EchoFigures, LINEAR_DELAY, SUPPRESSED_DELAY};
use parley_speech::room::SimulatedRoom;
use serde::Serialize;

use super::levels::less_db;
use super::{JITTER_S, RATE};
use crate::room::percentile;

#[derive(Serialize)]
pub struct FarEnd {
    room: &'static str,
    drift_ppm: f64,
    /// Medians of seconds, and the lowest tenth.
    suppressed_after_2_s_db: [f64; 2],
    linear_after_5_s_db: [f64; 2],
    /// The same of its last twenty seconds, when the drift is known.
    linear_at_the_end_db: f64,
    found_ppm: f64,
    percent_of_a_core: f64,
    worst_frame_ms: f64,
    blocks: u64,
    cancelled: u64,
    without_reference: u64,
}

pub fn measure(room: SimulatedRoom, faster_ppm: f64, played: Vec<f32>) -> Result<FarEnd> {
    let acoustics = Acoustics { room, faster_ppm, jitter_s: JITTER_S, played: &played, near: &[], seed: 7 };
    let devices = acoustics.devices()?;
    let captured = devices.captured.clone();
    let mut canceller = EchoCanceller::new(devices.tap.clone(), LOUDSPEAKER_HZ)?;
    let (mut suppressed, mut linear) = (Vec::new(), Vec::new());
    let (mut spent, mut worst) = (Duration::ZERO, Duration::ZERO);
    devices.listen(|frame, Moment { end, arrived }| {
        let begun = Instant::now();
        let cancelled = canceller.cancel(frame, end, arrived);
        let took = begun.elapsed();
        (spent, worst) = (spent + took, worst.max(took));
        suppressed.extend_from_slice(cancelled.suppressed);
        linear.extend_from_slice(cancelled.linear);
    });
    let EchoFigures { canceller, reference, without_reference } = canceller.figures();
    let tenths = |mut values: Vec<f64>| [percentile(&mut values, 0.5), percentile(&mut values, 0.1)];
    let seconds = captured.len() / RATE;
    Ok(FarEnd {
        room: room.name,
        drift_ppm: faster_ppm,
        suppressed_after_2_s_db: tenths(less_db(&captured, &suppressed, SUPPRESSED_DELAY, 2)),
        linear_after_5_s_db: tenths(less_db(&captured, &linear, LINEAR_DELAY, 5)),
        linear_at_the_end_db: tenths(less_db(&captured, &linear, LINEAR_DELAY, seconds - 20))[0],
        found_ppm: reference.drift_ppm,
        percent_of_a_core: 100.0 * spent.as_secs_f64() / seconds as f64,
        worst_frame_ms: worst.as_secs_f64() * 1e3,
        blocks: (captured.len() / FRAME_SAMPLES * 2) as u64,
        cancelled: canceller.processed.min(canceller.rendered),
        without_reference,
    })
}

impl FarEnd {
    pub fn line(&self) -> String {
        let Self { room, drift_ppm, suppressed_after_2_s_db, linear_after_5_s_db, .. } = self;
        let ([suppressed, suppressed_low], [linear, linear_low]) = (suppressed_after_2_s_db, linear_after_5_s_db);
        format!(
            "{room:<12} drift {drift_ppm:>3} ppm, found {:>6.1} | suppressed after 2 s {suppressed:.1} dB (lowest tenth {suppressed_low:.1}) | \
             linear after 5 s {linear:.1} dB ({linear_low:.1}), after 70 s {:.1} | {:.2} % of a core, worst frame {:.2} ms | {} blocks, \
             {} cancelled, {} frames without reference",
            self.found_ppm,
            self.linear_at_the_end_db,
            self.percent_of_a_core,
            self.worst_frame_ms,
            self.blocks,
            self.cancelled,
            self.without_reference
        )
    }
}
