//! The microphone of a sound card.

use alsa::Direction;

use super::source::{Captured, Source, SourceFormat};
use super::thread::MAX_CHANNELS;
use crate::device::{DeviceError, DeviceLost};
use crate::pcm::SoundDevice;

/// Records from an ALSA device.
#[derive(Debug)]
pub struct AlsaSource(SoundDevice);

impl AlsaSource {
    /// Opens the device of this name (`default`, `hw:0,0`, `plughw:CARD=…`, or one that ALSA's configuration defines),
    /// at `rate_hz` where the hardware has it, else at another of its rates.
    ///
    /// # Errors
    /// The device is missing, busy or may not be opened, or offers no format that we know.
    pub fn open(device: &str, rate_hz: u32) -> Result<Self, DeviceError> {
        let source = Self(SoundDevice::open(device, Direction::Capture, rate_hz)?);
        source.check_channels().map(|()| source)
    }

    fn check_channels(&self) -> Result<(), DeviceError> {
        let SoundDevice { name, channels, .. } = &self.0;
        if *channels > MAX_CHANNELS {
            let detail = format!("it has {channels} channels, more than {MAX_CHANNELS}");
            return Err(DeviceError::Unsupported(name.clone(), detail));
        }
        Ok(())
    }
}

impl Source for AlsaSource {
    fn format(&self) -> SourceFormat {
        let SoundDevice { rate_hz, channels, period_frames, .. } = self.0;
        SourceFormat { rate_hz, channels, period_frames }
    }

    fn read(&mut self, interleaved: &mut [i16]) -> Result<Captured, DeviceLost> {
        let (frames, after_overrun) = self.0.read(interleaved)?;
        Ok(Captured { frames, after_overrun })
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        self.0.reopen()?;
        self.check_channels()
    }
}
