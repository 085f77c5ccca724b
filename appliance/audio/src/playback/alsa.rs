//! The loudspeaker of a sound card.

use alsa::Direction;

use super::sink::{Sink, SinkFormat, Written};
use crate::device::{DeviceError, DeviceLost};
use crate::pcm::{OpenDevice, Request};

/// Plays on an ALSA device, the same on all its channels, through a buffer of about 30 ms.
#[derive(Debug)]
pub struct AlsaSink {
    request: Request,
    device: Option<OpenDevice>,
    format: SinkFormat,
}

impl AlsaSink {
    /// Opens the device of this name (`default`, `hw:0,0`, `plughw:CARD=…`, or one that ALSA's configuration defines),
    /// at `rate_hz` where the hardware has it, else at another of its rates.
    ///
    /// # Errors
    /// The device is missing, closed to us, busy, or has no format of ours.
    pub fn open(device: &str, rate_hz: u32) -> Result<Self, DeviceError> {
        let request =
            Request { device: device.to_owned(), direction: Direction::Playback, rate_hz, is_rate_fixed: false };
        let device = OpenDevice::open(&request)?;
        let format = SinkFormat { rate_hz: device.rate_hz, period_frames: device.period_frames };
        let request = Request { rate_hz: format.rate_hz, is_rate_fixed: true, ..request };
        Ok(Self { request, device: Some(device), format })
    }
}

impl Sink for AlsaSink {
    fn format(&self) -> SinkFormat {
        self.format
    }

    fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
        let device = self.device.as_mut().ok_or(DeviceLost { errno: 0 })?;
        Ok(if device.write(period)? { Written::AfterUnderrun } else { Written::InTime })
    }

    fn delay_frames(&mut self) -> usize {
        self.device.as_ref().map_or(0, OpenDevice::delay_frames)
    }

    fn drop_pending(&mut self) -> usize {
        self.device.as_ref().map_or(0, OpenDevice::drop_pending)
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        // Closed first: a card that is still there lets nobody in twice.
        self.device = None;
        self.device = Some(OpenDevice::open(&self.request)?);
        Ok(())
    }
}
