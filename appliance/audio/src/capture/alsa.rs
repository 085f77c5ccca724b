//! The microphone of a sound card.

use std::sync::Arc;

use alsa::Direction;

use super::source::{Captured, Source, SourceFormat};
use super::thread::MAX_CHANNELS;
use crate::device::{DeviceError, DeviceLost};
use crate::pcm::SoundDevice;
use crate::sound_devices::{Before, SoundDevices};

/// As a microphone is that has never been there.
const ABSENT: SourceFormat = SourceFormat { rate_hz: super::FRAME_RATE_HZ, channels: 1, period_frames: 160 };

/// Records from an ALSA device, whenever there is one.
#[derive(Debug)]
pub struct AlsaSource {
    devices: Arc<SoundDevices>,
    channel: Option<usize>,
    format: SourceFormat,
    device: Option<SoundDevice>,
    before: Before,
}

impl AlsaSource {
    /// Opens the device of this name (`default`, `hw:0,0`, `plughw:CARD=…`, or one that ALSA's configuration defines),
    /// at 16 kHz where the hardware has it, else at another of its rates.
    ///
    /// # Errors
    /// The device is missing, busy or may not be opened, or offers no format that we know.
    pub fn open(device: &str) -> Result<Self, DeviceError> {
        let mut source = Self::of(SoundDevices::input(device), None);
        source.reopen().map(|()| source)
    }

    pub(crate) fn of(devices: Arc<SoundDevices>, channel: Option<usize>) -> Self {
        Self { devices, channel, format: ABSENT, device: None, before: Before::default() }
    }

    /// The name of the device that is open.
    pub fn device(&self) -> Option<&str> {
        self.device.as_ref().map(|device| device.name.as_str())
    }
}

impl Source for AlsaSource {
    fn format(&self) -> SourceFormat {
        self.format
    }

    fn channel(&self) -> Option<usize> {
        self.channel
    }

    fn read(&mut self, interleaved: &mut [i16]) -> Result<Captured, DeviceLost> {
        let device = self.device.as_mut().ok_or(DeviceLost::ABSENT)?;
        let (frames, after_overrun) = device.read(interleaved)?;
        Ok(Captured { frames, after_overrun })
    }

    fn close(&mut self) {
        self.device = None;
        self.devices.closed(Direction::Capture);
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        // Closed first: a card that is still there lets nobody in twice.
        if self.device.take().is_some() {
            self.devices.lost(Direction::Capture, &mut self.before);
        }
        let device = self.devices.open(Direction::Capture, &mut self.before)?;
        let SoundDevice { rate_hz, channels, period_frames, .. } = device;
        if channels > MAX_CHANNELS {
            self.devices.lost(Direction::Capture, &mut self.before);
            let detail = format!("it has {channels} channels, more than {MAX_CHANNELS}");
            return Err(DeviceError::Unsupported(device.name, detail));
        }
        self.format = SourceFormat { rate_hz, channels, period_frames };
        self.device = Some(device);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_microphone_that_is_closed_is_not_lost_and_opens_again() {
        let mut source = AlsaSource::open("null").unwrap();
        source.close();
        assert!(source.device().is_none() && !source.before.is_lost() && source.read(&mut [0; 160]).is_err());
        source.reopen().unwrap();
        assert!(source.read(&mut [0; 160]).is_ok());
    }

    #[test]
    fn a_microphone_that_does_not_come_back_is_known_to_be_lost() {
        let mut source = AlsaSource::open("null").unwrap();
        assert!(!source.before.is_lost());
        source.devices = SoundDevices::input("hw:99");
        source.reopen().unwrap_err();
        assert!(source.before.is_lost() && source.read(&mut [0; 160]).is_err());
        source.devices = SoundDevices::input("null");
        source.reopen().unwrap();
        assert!(!source.before.is_lost());
    }
}
