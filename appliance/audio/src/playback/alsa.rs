//! The loudspeaker of a sound card.

use std::sync::Arc;

use alsa::Direction;

use super::LOUDSPEAKER_HZ;
use super::sink::{Sink, SinkFormat, Written};
use crate::device::{DeviceError, DeviceLost};
use crate::pcm::SoundDevice;
use crate::resample::Resampler;
use crate::sample::Sample;
use crate::sound_devices::{Before, SoundDevices};

/// Plays on an ALSA device, whenever there is one, the same on all its channels, through a buffer of about 30 ms.
#[derive(Debug)]
pub struct AlsaSink {
    devices: Arc<SoundDevices>,
    format: SinkFormat,
    device: Option<SoundDevice>,
    /// For a device that has another rate than the first one.
    conversion: Option<Conversion>,
    before: Before,
}

impl AlsaSink {
    /// Opens the device of this name (`default`, `hw:0,0`, `plughw:CARD=…`, or one that ALSA's configuration defines),
    /// at 48 kHz where the hardware has it, else at another of its rates.
    ///
    /// # Errors
    /// The device is missing, busy or may not be opened, or offers no format that we know.
    pub fn open(device: &str) -> Result<Self, DeviceError> {
        Self::open_at(device, LOUDSPEAKER_HZ)
    }

    /// The same, asked for another rate.
    ///
    /// # Errors
    /// See [`AlsaSink::open`].
    pub fn open_at(device: &str, rate_hz: u32) -> Result<Self, DeviceError> {
        let mut sink = Self::of(SoundDevices::output(device, rate_hz));
        sink.reopen()?;
        sink.as_the_device();
        Ok(sink)
    }

    /// Goes by what is there at the beginning, if anything is.
    pub(crate) fn of(devices: Arc<SoundDevices>) -> Self {
        let format = SinkFormat { rate_hz: LOUDSPEAKER_HZ, period_frames: LOUDSPEAKER_HZ as usize / 100 };
        Self { devices, format, device: None, conversion: None, before: Before::default() }
    }

    /// Opens what is there now, and goes by its rate from then on: nothing is converted.
    ///
    /// # Errors
    /// See [`AlsaSink::open`]; it is looked for again later.
    pub fn begin(&mut self) -> Result<(), DeviceError> {
        self.reopen()?;
        self.as_the_device();
        Ok(())
    }

    /// The name of the device that is open.
    pub fn device(&self) -> Option<&str> {
        self.device.as_ref().map(|device| device.name.as_str())
    }

    fn as_the_device(&mut self) {
        if let Some(SoundDevice { rate_hz, period_frames, .. }) = self.device {
            self.format = SinkFormat { rate_hz, period_frames };
            self.conversion = None;
        }
    }

    /// So many frames of the device, as frames of this sink.
    fn frames(&self, of_device: usize) -> usize {
        let device_hz = self.device.as_ref().map_or(self.format.rate_hz, |device| device.rate_hz);
        let frames = of_device as u64 * u64::from(self.format.rate_hz) / u64::from(device_hz.max(1));
        usize::try_from(frames).unwrap_or(usize::MAX)
    }
}

impl Sink for AlsaSink {
    fn format(&self) -> SinkFormat {
        self.format
    }

    fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
        let device = self.device.as_mut().ok_or(DeviceLost::ABSENT)?;
        let after_underrun = match &mut self.conversion {
            None => device.write(period)?,
            Some(conversion) => device.write(conversion.convert(period))?,
        };
        Ok(if after_underrun { Written::AfterUnderrun } else { Written::InTime })
    }

    fn delay_frames(&mut self) -> usize {
        let delay = self.device.as_ref().map_or(0, SoundDevice::delay_frames);
        self.frames(delay)
    }

    fn drop_pending(&mut self) -> usize {
        if let Some(conversion) = &mut self.conversion {
            conversion.restart();
        }
        let pending = self.device.as_ref().map_or(0, SoundDevice::drop_pending);
        self.frames(pending)
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        // Closed first: a card that is still there lets nobody in twice.
        if self.device.take().is_some() {
            self.devices.lost(Direction::Playback, &mut self.before);
        }
        let device = self.devices.open(Direction::Playback, &mut self.before)?;
        self.conversion = match (self.format.rate_hz, device.rate_hz) {
            (wanted_hz, has_hz) if wanted_hz == has_hz => None,
            (from_hz, to_hz) => Some(Conversion::new(from_hz, to_hz, self.format.period_frames)?),
        };
        self.device = Some(device);
        Ok(())
    }
}

/// Makes periods fit a device of another rate; allocates nothing after its beginning.
struct Conversion {
    resampler: Resampler,
    converted: Vec<f32>,
    samples: Vec<i16>,
}

impl std::fmt::Debug for Conversion {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Conversion").field("from_hz", &self.resampler.from_hz()).finish_non_exhaustive()
    }
}

impl Conversion {
    fn new(from_hz: u32, to_hz: u32, period_frames: usize) -> Result<Self, DeviceError> {
        let resampler = Resampler::new(from_hz, to_hz)?;
        let most = resampler.max_output(period_frames);
        Ok(Self { resampler, converted: Vec::with_capacity(most), samples: Vec::with_capacity(most) })
    }

    fn convert(&mut self, period: &[i16]) -> &[i16] {
        self.converted.clear();
        self.resampler.process(period, &mut self.converted);
        self.samples.clear();
        self.samples.extend(self.converted.iter().map(|sample| sample.into_i16()));
        &self.samples
    }

    /// What it still holds is never heard.
    fn restart(&mut self) {
        self.converted.clear();
        self.resampler.finish(&mut self.converted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversion_plays_the_same_tone_and_never_allocates() {
        for (from_hz, to_hz) in [(48_000, 44_100), (48_000, 16_000), (16_000, 48_000)] {
            let period = from_hz as usize / 100;
            let tone = |rate_hz: u32, at: usize| {
                ((std::f64::consts::TAU * 440.0 * at as f64 / f64::from(rate_hz)).sin() * 9_000.0) as i16
            };
            let mut conversion = Conversion::new(from_hz, to_hz, period).unwrap();
            let mut played = Vec::with_capacity(to_hz as usize * 2);
            let mut count = 0;
            for number in 0..100 {
                let samples: Vec<i16> = (0..period).map(|at| tone(from_hz, number * period + at)).collect();
                count +=
                    crate::counting_allocator::allocations(|| played.extend_from_slice(conversion.convert(&samples)));
            }
            assert_eq!(count, 0);
            assert!(played.len() > to_hz as usize * 9 / 10, "{}", played.len());
            let worst = played.iter().enumerate().skip(400).map(|(at, sample)| sample.abs_diff(tone(to_hz, at))).max();
            assert!(worst < Some(100), "{from_hz} to {to_hz}: off by {worst:?}");
            assert_eq!(crate::counting_allocator::allocations(|| conversion.restart()), 0);
            assert!(conversion.convert(&vec![0; period]).iter().all(|sample| *sample == 0), "nothing old is heard");
        }
    }

    #[test]
    fn a_loudspeaker_that_comes_back_has_another_rate_or_is_known_to_be_lost() {
        let mut sink = AlsaSink::open_at("null", 44_100).unwrap();
        assert!(sink.format.rate_hz == 44_100 && sink.conversion.is_none());
        sink.devices = SoundDevices::output("null", 16_000);
        sink.reopen().unwrap();
        assert!(sink.conversion.is_some(), "it has 16 kHz, and is written to at 44.1");
        assert_eq!(sink.write(&[0; 441]), Ok(Written::InTime));
        assert_eq!(sink.frames(160), 441);
        sink.devices = SoundDevices::output("null", 44_100);
        sink.reopen().unwrap();
        assert!(sink.conversion.is_none(), "it is the first one again");
        sink.devices = SoundDevices::output("hw:99", 44_100);
        sink.reopen().unwrap_err();
        assert!(sink.before.is_lost() && sink.write(&[0; 441]).is_err());
    }
}
