//! The listening thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parley_audio::capture::{FRAME_SAMPLES, Microphone};
use parley_conversation::Position;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::Instant;

use super::{AudioFrame, FRAMES_IN_FLIGHT, VoiceActivity};

/// How long a silent device is waited for before looking whether anyone still listens.
const PATIENCE: Duration = Duration::from_millis(200);

/// Starts listening; the thread ends with the receiver. The second part counts frames that were dropped because the
/// conductor was more than a second behind.
pub fn listen(mut microphone: Microphone) -> std::io::Result<(mpsc::Receiver<AudioFrame>, Arc<AtomicU64>)> {
    let (frames, receiver) = mpsc::channel(FRAMES_IN_FLIGHT);
    let dropped = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&dropped);
    std::thread::Builder::new().name("listening".into()).spawn(move || {
        let mut activity = VoiceActivity::default();
        while !frames.is_closed() {
            let Some(frame) = microphone.wait_frame(PATIENCE) else { continue };
            let frame = AudioFrame {
                end: Position(frame.position + FRAME_SAMPLES as u64),
                arrived: Instant::from_std(frame.arrived_at),
                samples: frame.samples,
                speech: activity.judge(&frame.samples),
            };
            if let Err(TrySendError::Full(_)) = frames.try_send(frame) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        }
    })?;
    Ok((receiver, dropped))
}
