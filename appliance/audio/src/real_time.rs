//! What both audio threads share: their priority, their end, waiting for a lost device, and a guard against devices
//! that do not keep time.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy, set_thread_priority_and_policy,
    thread_native_id,
};

use crate::counter::Flag;
use crate::device::{DeviceError, pauses};

/// Above everything of ours, and just below the kernel's interrupt threads (50), which the sound card itself needs.
const FIFO_PRIORITY: u8 = 49;
/// How often a waiting thread checks whether it should stop.
const WAIT_SLICE: Duration = Duration::from_millis(20);

/// A running audio thread; dropping it ends the thread within a period of its device.
#[derive(Debug)]
pub(crate) struct AudioThread {
    stop: Arc<Flag>,
    handle: Option<JoinHandle<()>>,
}

impl AudioThread {
    /// Runs `body` on a thread of its own, with real-time priority where this process may have it.
    /// `body` is told whether it has it.
    pub(crate) fn spawn(name: &str, body: impl FnOnce(Arc<Flag>, bool) + Send + 'static) -> Result<Self, DeviceError> {
        let stop = Arc::<Flag>::default();
        let thread_stop = Arc::clone(&stop);
        let run = move || {
            let real_time = become_real_time();
            tracing::debug!(real_time, "audio thread starts");
            body(thread_stop, real_time);
        };
        let handle = std::thread::Builder::new().name(name.to_owned()).spawn(run).map_err(DeviceError::Thread)?;
        Ok(Self { stop, handle: Some(handle) })
    }
}

impl Drop for AudioThread {
    fn drop(&mut self) {
        self.stop.set(true);
        if let Some(handle) = self.handle.take()
            && handle.join().is_err()
        {
            tracing::error!("an audio thread panicked");
        }
    }
}

/// Asks for SCHED_FIFO; where the process may not, the thread stays as it is.
fn become_real_time() -> bool {
    let Ok(priority) = FIFO_PRIORITY.try_into() else {
        return false;
    };
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    set_thread_priority_and_policy(thread_native_id(), ThreadPriority::Crossplatform(priority), policy).is_ok()
}

/// Calls `reopen` with growing pauses until it succeeds, and `meanwhile` often; `false` where the thread is told to stop
/// first.
pub(crate) fn reopen_until(
    stop: &Flag,
    mut reopen: impl FnMut() -> Result<(), DeviceError>,
    mut meanwhile: impl FnMut(),
) -> bool {
    for pause in pauses() {
        let until = Instant::now() + pause;
        while Instant::now() < until {
            if stop.get() {
                return false;
            }
            meanwhile();
            std::thread::sleep(WAIT_SLICE);
        }
        if reopen().is_ok() {
            return true;
        }
    }
    false
}

/// Keeps time for a device that does not, such as ALSA's `null` and `file`: at real-time priority it would eat a whole
/// core, and swallow an answer in a moment. A device that is this far ahead of the clock keeps no time; no real one
/// ever is.
#[derive(Debug)]
pub(crate) struct PacingGuard {
    rate_hz: u32,
    since: Instant,
    frames: u64,
    unpaced: bool,
}

/// How far a device may run ahead: more than any buffer of ours.
const LARGEST_LEAD: Duration = Duration::from_secs(1);

impl PacingGuard {
    pub(crate) fn new(rate_hz: u32, now: Instant) -> Self {
        Self { rate_hz, since: now, frames: 0, unpaced: false }
    }

    /// Whether the device was found to keep no time.
    pub(crate) fn is_unpaced(&self) -> bool {
        self.unpaced
    }

    /// Counts `frames` that the device moved by `now`, and tells how long to wait before it moves more.
    pub(crate) fn moved(&mut self, frames: usize, now: Instant) -> Duration {
        self.frames += frames as u64;
        let sound = frames_to_duration(self.frames, self.rate_hz);
        let elapsed = now.saturating_duration_since(self.since);
        if self.unpaced {
            return sound.saturating_sub(elapsed);
        }
        if sound > elapsed * 2 + LARGEST_LEAD {
            (self.unpaced, self.since, self.frames) = (true, now, 0);
        }
        Duration::ZERO
    }
}

/// The time that `frames` take.
pub(crate) fn frames_to_duration(frames: u64, rate_hz: u32) -> Duration {
    let rate = u64::from(rate_hz.max(1));
    Duration::new(frames / rate, (frames % rate * 1_000_000_000 / rate) as u32)
}

/// The whole frames within `time`.
pub(crate) fn duration_to_frames(time: Duration, rate_hz: u32) -> u64 {
    time.as_secs() * u64::from(rate_hz) + u64::from(time.subsec_nanos()) * u64::from(rate_hz) / 1_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_keeps_time_is_never_held_back() {
        let start = Instant::now();
        // 300 ppm fast, for ten hours, behind a buffer of half a second.
        let mut guard = PacingGuard::new(48_000, start);
        assert!(
            (0..3_600_000_u64)
                .all(|period| { guard.moved(480, start + Duration::from_nanos(period * 9_997_000)).is_zero() })
        );
    }

    #[test]
    fn a_device_that_keeps_no_time_is_slowed_to_real_time() {
        let mut now = Instant::now();
        let mut guard = PacingGuard::new(48_000, now);
        let start = now;
        for _ in 0..1_000 {
            now += guard.moved(480, now);
        }
        let seconds = (now - start).as_secs_f64();
        assert!((8.9..9.1).contains(&seconds), "{seconds}");
    }

    #[test]
    fn frames_and_durations_convert_both_ways() {
        for rate_hz in [8_000, 11_025, 44_100, 48_000] {
            for frames in [0, 1, 441, 48_000, 1 << 40] {
                let there = frames_to_duration(frames, rate_hz) + Duration::from_nanos(1);
                assert_eq!(duration_to_frames(there, rate_hz), frames, "{frames} at {rate_hz}");
            }
        }
    }
}
