//! The playback thread.

use std::time::{Duration, Instant};

use super::control::PlaybackCounters;
use super::mixer::Mixer;
use super::renderer::Renderer;
use super::sink::{Sink, SinkFormat, Written};
use crate::counter::Flag;
use crate::device::DeviceError;
use crate::real_time::{AudioThread, PacingGuard, reopen_until};

/// How often an idle thread looks for something to play.
const IDLE_POLL: Duration = Duration::from_millis(2);
/// The most that it looks before it writes silence all the same: a device whose delay never shrinks is still fed.
const IDLE_POLLS: usize = 25;

/// A running loudspeaker; dropping it ends the playback thread and closes the sink.
#[derive(Debug)]
pub struct PlaybackThread {
    _thread: AudioThread,
}

impl PlaybackThread {
    /// Starts the playback thread on `sink`, and hands out the mixer in which feeds are opened.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn start(sink: impl Sink + 'static) -> Result<(Mixer, Self), DeviceError> {
        let format = sink.format();
        let (mixer, renderer) = Renderer::new(format.rate_hz, format.period_frames);
        let its = mixer.clone();
        let thread = AudioThread::spawn("playback", move |stop, real_time| {
            its.counters().is_late.set(!real_time);
            play(sink, renderer, its.counters(), &stop);
        })?;
        Ok((mixer, Self { _thread: thread }))
    }
}

fn play(mut sink: impl Sink, mut renderer: Renderer, counters: &PlaybackCounters, stop: &Flag) {
    let SinkFormat { rate_hz, period_frames } = sink.format();
    let mut guard = PacingGuard::new(rate_hz, Instant::now());
    while !stop.get() {
        counters.beats.add(1);
        wait_for_sound(&mut sink, &mut renderer, period_frames);
        match renderer.step(&mut sink, Instant::now()) {
            Ok(written) => {
                if written == Written::AfterUnderrun {
                    counters.underruns.add(1);
                }
                let ahead = guard.moved(period_frames, Instant::now());
                counters.is_unpaced.set(guard.is_unpaced());
                if !ahead.is_zero() {
                    std::thread::sleep(ahead);
                }
            }
            Err(_lost) => {
                counters.losses.add(1);
                counters.is_lost.set(true);
                let meanwhile = || {
                    counters.beats.add(1);
                    renderer.idle();
                };
                if !reopen_until(stop, || sink.reopen(), meanwhile) {
                    return;
                }
                counters.is_lost.set(false);
                guard = PacingGuard::new(rate_hz, Instant::now());
            }
        }
    }
}

/// Keeps the silence in the sink short, so that a sound does not wait behind a buffer full of it.
fn wait_for_sound(sink: &mut impl Sink, renderer: &mut Renderer, period_frames: usize) {
    for _ in 0..IDLE_POLLS {
        renderer.obey(sink);
        if !renderer.is_idle() || sink.delay_frames() <= period_frames {
            return;
        }
        std::thread::sleep(IDLE_POLL);
    }
}
