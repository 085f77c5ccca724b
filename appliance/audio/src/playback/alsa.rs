//! The loudspeaker of a sound card.

use alsa::Direction;

use super::sink::{Sink, SinkFormat, Written};
use crate::device::{DeviceError, DeviceLost};
use crate::pcm::SoundDevice;

/// Plays on an ALSA device, the same on all its channels, through a buffer of about 30 ms.
#[derive(Debug)]
pub struct AlsaSink(SoundDevice);

impl AlsaSink {
    /// Opens the device of this name (`default`, `hw:0,0`, `plughw:CARD=…`, or one that ALSA's configuration defines),
    /// at `rate_hz` where the hardware has it, else at another of its rates.
    ///
    /// # Errors
    /// The device is missing, busy or may not be opened, or offers no format that we know.
    pub fn open(device: &str, rate_hz: u32) -> Result<Self, DeviceError> {
        SoundDevice::open(device, Direction::Playback, rate_hz).map(Self)
    }
}

impl Sink for AlsaSink {
    fn format(&self) -> SinkFormat {
        SinkFormat { rate_hz: self.0.rate_hz, period_frames: self.0.period_frames }
    }

    fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
        Ok(if self.0.write(period)? { Written::AfterUnderrun } else { Written::InTime })
    }

    fn delay_frames(&mut self) -> usize {
        self.0.delay_frames()
    }

    fn drop_pending(&mut self) -> usize {
        self.0.drop_pending()
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        self.0.reopen()
    }
}
