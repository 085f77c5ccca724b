//! What microphone and loudspeaker share of ALSA: opening, negotiating, converting samples, recovering.
//!
//! Samples pass through a byte buffer of our own: ALSA's typed access asks for the format, and allocates, on every
//! call.

use std::ffi::CString;
use std::time::Duration;

use alsa::pcm::{Access, Format, Frames, HwParams, PCM};
use alsa::{Direction, Output, ValueOr};
use libc::{EAGAIN, EINTR, EIO, EPIPE, ESTRPIPE};

use crate::device::{DeviceError, DeviceLost};
use crate::devices;
use crate::sample::Sample;

/// A period: what one read or write moves.
const PERIOD: Duration = Duration::from_millis(10);
/// The buffer of the hardware in periods: what is written is heard at most this much later, and a thread may be late by
/// it.
const BUFFER_PERIODS: Frames = 3;
/// Tried in this order where the device does not have the wanted rate: the multiples that cards have.
const COMMON_RATES_HZ: [u32; 6] = [48_000, 44_100, 32_000, 96_000, 16_000, 8_000];
/// Failures in one read or write before the device counts as lost.
const MAX_ATTEMPTS: usize = 4;

/// How the hardware wants its samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    S16,
    /// 32 bits, as I2S microphones have.
    S32,
    /// 24 bits in 32, the upper 8 unused.
    S24,
    /// 24 bits in 3 bytes, little-endian, as USB cards have.
    S24Packed,
    F32,
}

impl Encoding {
    /// Best first: the first that a device has is used.
    const ALL: [Self; 5] = [Self::S16, Self::S32, Self::S24, Self::S24Packed, Self::F32];

    fn format(self) -> Format {
        match self {
            Self::S16 => Format::s16(),
            Self::S32 => Format::s32(),
            Self::S24 => Format::s24(),
            Self::S24Packed => Format::S243LE,
            Self::F32 => Format::float(),
        }
    }

    fn bytes(self) -> usize {
        match self {
            Self::S16 => 2,
            Self::S24Packed => 3,
            Self::S32 | Self::S24 | Self::F32 => 4,
        }
    }

    fn encode(self, sample: i16, bytes: &mut [u8]) {
        let wide = i32::from(sample);
        match self {
            Self::S16 => bytes.copy_from_slice(&sample.to_ne_bytes()),
            Self::S32 => bytes.copy_from_slice(&(wide << 16).to_ne_bytes()),
            Self::S24 => bytes.copy_from_slice(&(wide << 8).to_ne_bytes()),
            Self::S24Packed => bytes.copy_from_slice(&(wide << 8).to_le_bytes()[..3]),
            Self::F32 => bytes.copy_from_slice(&sample.into_f32().to_ne_bytes()),
        }
    }

    fn decode(self, bytes: &[u8]) -> i16 {
        match (self, bytes) {
            (Self::S16, &[a, b]) => i16::from_ne_bytes([a, b]),
            (Self::S32, &[a, b, c, d]) => (i32::from_ne_bytes([a, b, c, d]) >> 16) as i16,
            (Self::S24, &[a, b, c, d]) => (i32::from_ne_bytes([a, b, c, d]) >> 8) as i16,
            (Self::S24Packed, &[_, b, c]) => i16::from_le_bytes([b, c]),
            (Self::F32, &[a, b, c, d]) => f32::from_ne_bytes([a, b, c, d]).into_i16(),
            _ => 0,
        }
    }
}

/// A device, open unless it was lost and has not come back.
#[derive(Debug)]
pub(crate) struct SoundDevice {
    pub(crate) name: String,
    direction: Direction,
    pcm: Option<PCM>,
    encoding: Encoding,
    /// Stays the same when the device is opened again.
    pub(crate) rate_hz: u32,
    pub(crate) channels: usize,
    pub(crate) period_frames: usize,
    bytes: Box<[u8]>,
}

impl SoundDevice {
    /// Opens and negotiates: the wanted rate first, then the hardware's own ones, and whatever channels and sample
    /// format it has.
    pub(crate) fn open(name: &str, direction: Direction, rate_hz: u32) -> Result<Self, DeviceError> {
        let c_name = CString::new(name).map_err(|_| DeviceError::Name(name.to_owned()))?;
        // What ALSA would print goes into the error instead.
        let said = Output::local_error_handler().ok();
        let explain = |error: alsa::Error| {
            let said = said.as_ref().map(|output| output.borrow().to_string()).unwrap_or_default();
            devices::explain(name, error, &said)
        };
        let pcm = PCM::open(&c_name, direction, false).map_err(explain)?;
        let (encoding, rate_hz, channels, period_frames) = negotiate(&pcm, direction, rate_hz).map_err(explain)?;
        if direction == Direction::Capture {
            // Playing starts by itself.
            pcm.start().map_err(explain)?;
        }
        let bytes = vec![0; period_frames * channels * encoding.bytes()].into();
        let (name, pcm) = (name.to_owned(), Some(pcm));
        Ok(Self { name, direction, pcm, encoding, rate_hz, channels, period_frames, bytes })
    }

    /// Opens it again after it was lost, at its rate.
    pub(crate) fn reopen(&mut self) -> Result<(), DeviceError> {
        // Closed first: a card that is still there lets nobody in twice.
        self.pcm = None;
        let again = Self::open(&self.name, self.direction, self.rate_hz)?;
        if again.rate_hz != self.rate_hz {
            let detail = format!("it came back with {} Hz instead of {} Hz", again.rate_hz, self.rate_hz);
            return Err(DeviceError::Unsupported(again.name, detail));
        }
        *self = again;
        Ok(())
    }

    /// Waits for a period of interleaved samples; tells the whole frames and whether sound was missed before them.
    pub(crate) fn read(&mut self, interleaved: &mut [i16]) -> Result<(usize, bool), DeviceLost> {
        let pcm = self.pcm.as_ref().ok_or(DeviceLost { errno: 0 })?;
        let sample_bytes = self.encoding.bytes();
        let frames = (interleaved.len() / self.channels).min(self.period_frames);
        let wanted = frames * self.channels * sample_bytes;
        let mut after_overrun = false;
        for _ in 0..MAX_ATTEMPTS {
            match pcm.io_bytes().readi(&mut self.bytes[..wanted]) {
                Ok(frames) => {
                    let bytes = self.bytes.chunks_exact(sample_bytes).take(frames * self.channels);
                    for (sample, bytes) in interleaved.iter_mut().zip(bytes) {
                        *sample = self.encoding.decode(bytes);
                    }
                    return Ok((frames, after_overrun));
                }
                Err(error) => {
                    if recover(pcm, error)? {
                        after_overrun = true;
                        // Recording does not start by itself after a recovery.
                        let _ = pcm.start();
                    }
                }
            }
        }
        Err(DeviceLost { errno: EIO })
    }

    /// Writes mono samples to every channel, waiting until the device has taken them; tells whether it had run empty
    /// before.
    pub(crate) fn write(&mut self, mono: &[i16]) -> Result<bool, DeviceLost> {
        mono.chunks(self.period_frames)
            .try_fold(false, |after_underrun, part| Ok(self.write_part(part)? | after_underrun))
    }

    fn write_part(&mut self, mono: &[i16]) -> Result<bool, DeviceLost> {
        let pcm = self.pcm.as_ref().ok_or(DeviceLost { errno: 0 })?;
        let frame_bytes = self.encoding.bytes() * self.channels;
        for (frame, sample) in self.bytes.chunks_exact_mut(frame_bytes).zip(mono) {
            for bytes in frame.chunks_exact_mut(self.encoding.bytes()) {
                self.encoding.encode(*sample, bytes);
            }
        }
        let (mut written, mut attempts, mut after_underrun) = (0, 0, false);
        while written < mono.len() {
            match pcm.io_bytes().writei(&self.bytes[written * frame_bytes..mono.len() * frame_bytes]) {
                Ok(frames) => written += frames,
                Err(_) if attempts == MAX_ATTEMPTS => return Err(DeviceLost { errno: EIO }),
                Err(error) => {
                    after_underrun |= recover(pcm, error)?;
                    attempts += 1;
                }
            }
        }
        Ok(after_underrun)
    }

    /// Frames that were written and not heard; none where the device has stopped.
    pub(crate) fn delay_frames(&self) -> usize {
        let delay = self.pcm.as_ref().and_then(|pcm| pcm.delay().ok());
        delay.and_then(|frames| usize::try_from(frames).ok()).unwrap_or(0)
    }

    /// Stops at once, ready for the next write; tells how many frames are never heard.
    pub(crate) fn drop_pending(&self) -> usize {
        let pending = self.delay_frames();
        if let Some(pcm) = &self.pcm {
            // A device that is gone says so on the next write.
            let _ = pcm.drop();
            let _ = pcm.prepare();
        }
        pending
    }
}

/// Tells whether the device had run over or empty, and runs again.
fn recover(pcm: &PCM, error: alsa::Error) -> Result<bool, DeviceLost> {
    match error.errno() {
        EINTR | EAGAIN => Ok(false),
        EPIPE | ESTRPIPE => {
            pcm.recover(error.errno(), true).map(|()| true).map_err(|error| DeviceLost { errno: error.errno() })
        }
        errno => Err(DeviceLost { errno }),
    }
}

fn negotiate(pcm: &PCM, direction: Direction, wanted_hz: u32) -> Result<(Encoding, u32, usize, usize), alsa::Error> {
    let (encoding, rate_hz, channels, period) = {
        let params = HwParams::any(pcm)?;
        params.set_access(Access::RWInterleaved)?;
        let encoding = Encoding::ALL.into_iter().find(|encoding| params.test_format(encoding.format()).is_ok());
        let encoding = encoding.unwrap_or(Encoding::S16);
        params.set_format(encoding.format())?;
        params.set_channels_near(1)?;
        // Our own conversion is better than that of ALSA's plug, so the hardware's rates come first.
        let _ = params.set_rate_resample(false);
        let mut rates = std::iter::once(wanted_hz).chain(COMMON_RATES_HZ);
        match rates.find(|rate_hz| params.test_rate(*rate_hz).is_ok()) {
            Some(rate_hz) => params.set_rate(rate_hz, ValueOr::Nearest)?,
            None => {
                params.set_rate_near(wanted_hz, ValueOr::Nearest)?;
            }
        }
        let rate_hz = params.get_rate()?;
        let wanted = frames_of_a_period(rate_hz);
        params.set_period_size_near(wanted, ValueOr::Nearest)?;
        params.set_buffer_size_near(wanted * BUFFER_PERIODS)?;
        pcm.hw_params(&params)?;
        (encoding, rate_hz, params.get_channels()? as usize, params.get_period_size()?)
    };
    if direction == Direction::Playback {
        let software = pcm.sw_params_current()?;
        // With the first period: while idle the buffer never holds much more.
        software.set_start_threshold(period)?;
        software.set_avail_min(period)?;
        pcm.sw_params(&software)?;
    }
    // A device may insist on long periods; moving less at a time keeps pause and discard quick.
    let longest = frames_of_a_period(rate_hz).max(1);
    Ok((encoding, rate_hz, channels, period.clamp(1, longest) as usize))
}

fn frames_of_a_period(rate_hz: u32) -> Frames {
    Frames::from(rate_hz) * PERIOD.as_millis() as Frames / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_gives_back_every_sample() {
        for encoding in Encoding::ALL {
            let mut bytes = vec![0; encoding.bytes()];
            for sample in i16::MIN..=i16::MAX {
                encoding.encode(sample, &mut bytes);
                assert_eq!(encoding.decode(&bytes), sample, "{encoding:?}");
            }
        }
    }

    #[test]
    fn encodings_are_those_that_alsa_means() {
        let mut bytes = [0; 4];
        Encoding::S32.encode(-2, &mut bytes);
        assert_eq!(i32::from_ne_bytes(bytes), -2 << 16);
        Encoding::S24.encode(-2, &mut bytes);
        assert_eq!(i32::from_ne_bytes(bytes), -2 << 8);
        Encoding::S24Packed.encode(0x1234, &mut bytes[..3]);
        assert_eq!(bytes[..3], [0, 0x34, 0x12]);
        // 24 bits in 32: what the unused byte holds must not matter.
        assert_eq!(Encoding::S24.decode(&0x5512_3400_i32.to_ne_bytes()), 0x1234);
    }

    #[test]
    fn a_period_has_10_ms_and_playing_begins_with_the_first() {
        for (rate_hz, frames) in [(16_000, 160), (48_000, 480)] {
            for direction in [Direction::Playback, Direction::Capture] {
                let device = SoundDevice::open("null", direction, rate_hz).unwrap();
                let pcm = device.pcm.as_ref().unwrap();
                assert_eq!((device.rate_hz, device.period_frames), (rate_hz, frames as usize));
                let hardware = pcm.hw_params_current().unwrap();
                assert_eq!(hardware.get_period_size().unwrap(), frames);
                assert_eq!(hardware.get_buffer_size().unwrap(), frames * BUFFER_PERIODS);
                let starts_at = pcm.sw_params_current().unwrap().get_start_threshold().unwrap();
                assert_eq!(starts_at == frames, direction == Direction::Playback, "{direction:?}: {starts_at}");
            }
        }
    }

    #[test]
    fn reading_and_writing_never_allocates() {
        let open = |direction| SoundDevice::open("null", direction, 48_000).unwrap();
        let (mut microphone, mut loudspeaker) = (open(Direction::Capture), open(Direction::Playback));
        let mut period = [0; 480];
        let count = crate::counting_allocator::allocations(|| {
            for _ in 0..1_000 {
                assert_eq!(microphone.read(&mut period), Ok((480, false)));
                assert_eq!(loudspeaker.write(&period), Ok(false));
                loudspeaker.delay_frames();
                loudspeaker.drop_pending();
            }
        });
        assert_eq!(count, 0);
    }
}
