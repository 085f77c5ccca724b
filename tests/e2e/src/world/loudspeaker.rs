//! The loudspeaker's last stage: a sound card whose buffer empties in simulated time.

use std::collections::VecDeque;

use parley_audio::playback::{Sink, SinkFormat, Written};
use parley_audio::{DeviceError, DeviceLost};

use super::voice::RATE_HZ;

/// Samples of a period: 10 ms.
pub(super) const PERIOD: usize = 10;
/// Samples in the sound card's buffer: two periods, 20 ms.
pub(super) const BUFFER: usize = 20;

#[derive(Debug, Default)]
pub(super) struct SoundCard {
    pending: VecDeque<i16>,
}

impl SoundCard {
    /// A period passes: what was heard in it.
    pub(super) fn play(&mut self) -> Vec<i16> {
        let available = PERIOD.min(self.pending.len());
        self.pending.drain(..available).collect()
    }

    pub(super) fn has_room(&self) -> bool {
        self.pending.len() + PERIOD <= BUFFER
    }
}

impl Sink for SoundCard {
    fn format(&self) -> SinkFormat {
        SinkFormat { rate_hz: RATE_HZ, period_frames: PERIOD }
    }

    fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
        self.pending.extend(period);
        Ok(Written::InTime)
    }

    fn delay_frames(&mut self) -> usize {
        self.pending.len()
    }

    fn drop_pending(&mut self) -> usize {
        let dropped = self.pending.len();
        self.pending.clear();
        dropped
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}
