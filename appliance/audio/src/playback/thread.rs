//! The playback thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::control::{Control, Shared};
use super::feed::Feed;
use super::renderer::Renderer;
use super::sink::{Sink, SinkFormat, Written};
use crate::counter::Flag;
use crate::device::DeviceError;
use crate::real_time::{AudioThread, PacingGuard, reopen_until};

/// How often an idle thread looks for something to say.
const IDLE_POLL: Duration = Duration::from_millis(2);
/// The most that it looks before it writes silence all the same: a device whose delay never shrinks is still fed.
const IDLE_POLLS: usize = 25;

/// A running loudspeaker; dropping it ends the playback thread and closes the sink.
#[derive(Debug)]
pub struct PlaybackThread {
    _thread: AudioThread,
}

impl PlaybackThread {
    /// Starts the playback thread on `sink`.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn start(sink: impl Sink + 'static) -> Result<(Feed, Control, Self), DeviceError> {
        let format = sink.format();
        let (feed, control, renderer) = Renderer::new(format.rate_hz, format.period_frames);
        let shared = Arc::clone(&control.shared);
        let thread = AudioThread::spawn("playback", move |stop| play(sink, renderer, &shared, &stop))?;
        Ok((feed, control, Self { _thread: thread }))
    }
}

fn play(mut sink: impl Sink, mut renderer: Renderer, shared: &Shared, stop: &Flag) {
    let SinkFormat { rate_hz, period_frames } = sink.format();
    let mut guard = PacingGuard::new(rate_hz, Instant::now());
    while !stop.get() {
        wait_for_speech(&mut sink, &mut renderer, period_frames);
        match renderer.step(&mut sink) {
            Ok(written) => {
                if written == Written::AfterUnderrun {
                    shared.counters.underruns.add(1);
                }
                let ahead = guard.moved(period_frames, Instant::now());
                if !ahead.is_zero() {
                    std::thread::sleep(ahead);
                }
            }
            Err(_lost) => {
                shared.counters.losses.add(1);
                shared.counters.is_lost.set(true);
                if !reopen_until(stop, || sink.reopen(), || renderer.idle()) {
                    return;
                }
                shared.counters.is_lost.set(false);
                guard = PacingGuard::new(rate_hz, Instant::now());
            }
        }
    }
}

/// Keeps the silence in the sink short, so that speech does not wait behind a buffer full of it.
fn wait_for_speech(sink: &mut impl Sink, renderer: &mut Renderer, period_frames: usize) {
    for _ in 0..IDLE_POLLS {
        renderer.obey(sink);
        if !renderer.is_idle() || sink.delay_frames() <= period_frames {
            return;
        }
        std::thread::sleep(IDLE_POLL);
    }
}
