//! The microphone of a sound card.

use alsa::Direction;

use super::source::{Captured, Source, SourceFormat};
use super::thread::MAX_CHANNELS;
use crate::device::{DeviceError, DeviceLost};
use crate::devices;
use crate::pcm::{OpenDevice, Request};

/// Records from an ALSA device.
#[derive(Debug)]
pub struct AlsaSource {
    request: Request,
    device: Option<OpenDevice>,
    format: SourceFormat,
}

impl AlsaSource {
    /// Opens the device of this name (`default`, `hw:0,0`, `plughw:CARD=…`, or one that ALSA's configuration defines),
    /// at `rate_hz` where the hardware has it, else at another of its rates.
    ///
    /// # Errors
    /// The device is missing, closed to us, busy, or has no format of ours.
    pub fn open(device: &str, rate_hz: u32) -> Result<Self, DeviceError> {
        let request =
            Request { device: device.to_owned(), direction: Direction::Capture, rate_hz, is_rate_fixed: false };
        let device = open(&request)?;
        let format = format(&device);
        let request = Request { rate_hz: format.rate_hz, is_rate_fixed: true, ..request };
        Ok(Self { request, device: Some(device), format })
    }
}

fn open(request: &Request) -> Result<OpenDevice, DeviceError> {
    let device = OpenDevice::open(request)?;
    device.start().map_err(|error| devices::explain(&request.device, error, ""))?;
    if device.channels > MAX_CHANNELS {
        let detail = format!("it has {} channels, more than {MAX_CHANNELS}", device.channels);
        return Err(DeviceError::Unsupported(request.device.clone(), detail));
    }
    Ok(device)
}

fn format(device: &OpenDevice) -> SourceFormat {
    SourceFormat { rate_hz: device.rate_hz, channels: device.channels, period_frames: device.period_frames }
}

impl Source for AlsaSource {
    fn format(&self) -> SourceFormat {
        self.format
    }

    fn read(&mut self, interleaved: &mut [i16]) -> Result<Captured, DeviceLost> {
        let device = self.device.as_mut().ok_or(DeviceLost { errno: 0 })?;
        let (frames, after_overrun) = device.read(interleaved)?;
        Ok(Captured { frames, after_overrun })
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        // Closed first: a card that is still there lets nobody in twice.
        self.device = None;
        let device = open(&self.request)?;
        self.format.channels = device.channels;
        self.device = Some(device);
        Ok(())
    }
}
