//! What microphone and loudspeaker share of ALSA: opening, negotiating, converting samples, recovering.
//!
//! Samples pass through a byte buffer of our own: ALSA's typed access asks for the format, and allocates, on every
//! call.

use std::ffi::CString;
use std::time::Duration;

use alsa::pcm::{Access, Frames, HwParams, PCM};
use alsa::{Direction, Output, ValueOr};
use libc::{EAGAIN, EINTR, EIO, EPIPE, ESTRPIPE, ETIMEDOUT};

use crate::device::{DeviceError, DeviceLost};
use crate::devices;
use crate::encoding::Encoding;

/// A period: what one read or write moves.
const PERIOD: Duration = Duration::from_millis(10);
/// The loudspeaker's buffer in periods: what is written is heard at most this much later, and a thread may be late by it.
const PLAYBACK_PERIODS: Frames = 3;
/// The microphone's: nothing is heard later for it, and a thread may be late by half a second before sound is lost.
const CAPTURE_PERIODS: Frames = 50;
/// Tried in this order where the device does not have the wanted rate: the multiples that cards have.
pub(crate) const COMMON_RATES_HZ: [u32; 6] = [48_000, 44_100, 32_000, 96_000, 16_000, 8_000];
/// A device that moves nothing for so long has gone, whatever it says: below the watchdog's patience.
const STALLED: Duration = Duration::from_secs(2);
/// Failures in one read or write before the device counts as lost.
const MAX_ATTEMPTS: usize = 4;

/// At which rate a device is to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rate {
    /// This one where it has it, else another of its own.
    Near(u32),
    /// Only this one: it shares a clock.
    Exactly(u32),
}

/// An open device.
#[derive(Debug)]
pub(crate) struct SoundDevice {
    pub(crate) name: String,
    pcm: PCM,
    encoding: Encoding,
    pub(crate) rate_hz: u32,
    pub(crate) channels: usize,
    pub(crate) period_frames: usize,
    bytes: Box<[u8]>,
}

impl SoundDevice {
    /// Opens and negotiates: the wanted rate first, then the hardware's own ones, and whatever channels and sample
    /// format it has.
    pub(crate) fn open(name: &str, direction: Direction, rate: Rate) -> Result<Self, DeviceError> {
        with_pcm(name, direction, |pcm| {
            let (encoding, rate_hz, channels, period_frames) = negotiate(&pcm, direction, rate)?;
            if direction == Direction::Capture {
                // Playing starts by itself.
                pcm.start()?;
            }
            let bytes = vec![0; period_frames * channels * encoding.bytes()].into();
            Ok(Self { name: name.to_owned(), pcm, encoding, rate_hz, channels, period_frames, bytes })
        })
    }

    /// Which of the common rates a device has in this direction, while it is not open.
    pub(crate) fn rates_hz(name: &str, direction: Direction) -> Result<Vec<u32>, DeviceError> {
        with_pcm(name, direction, |pcm| {
            let params = HwParams::any(&pcm)?;
            // What a plugin would convert is no rate of the card's.
            let _ = params.set_rate_resample(false);
            Ok(COMMON_RATES_HZ.into_iter().filter(|rate_hz| params.test_rate(*rate_hz).is_ok()).collect())
        })
    }

    /// Waits for a period of interleaved samples; tells the whole frames and whether sound was missed before them.
    pub(crate) fn read(&mut self, interleaved: &mut [i16]) -> Result<(usize, bool), DeviceLost> {
        let pcm = &self.pcm;
        let sample_bytes = self.encoding.bytes();
        let frames = (interleaved.len() / self.channels).min(self.period_frames);
        let wanted = frames * self.channels * sample_bytes;
        let mut after_overrun = false;
        for _ in 0..MAX_ATTEMPTS {
            await_device(pcm)?;
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
        let pcm = &self.pcm;
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
                Err(error) if error.errno() == EAGAIN => await_device(pcm)?,
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
        self.pcm.delay().ok().and_then(|frames| usize::try_from(frames).ok()).unwrap_or(0)
    }

    /// Stops at once, ready for the next write; tells how many frames are never heard.
    pub(crate) fn drop_pending(&self) -> usize {
        let pending = self.delay_frames();
        // A device that is gone says so on the next write.
        let _ = self.pcm.drop();
        let _ = self.pcm.prepare();
        pending
    }
}

/// Opens a device for `body`. Whatever it waits for, it waits for with an end: another program may have the card, and a card may
/// stop to move without a word.
fn with_pcm<T>(
    name: &str,
    direction: Direction,
    body: impl FnOnce(PCM) -> Result<T, alsa::Error>,
) -> Result<T, DeviceError> {
    let c_name = CString::new(name).map_err(|_| DeviceError::Name(name.to_owned()))?;
    // What ALSA would print goes into the error instead.
    let said = Output::local_error_handler().ok();
    PCM::open(&c_name, direction, true).and_then(body).map_err(|error| {
        let said = said.as_ref().map(|output| output.borrow().to_string()).unwrap_or_default();
        devices::explain(name, error, &said)
    })
}

/// Waits until the device can move a period; one that has stopped says why at the next call.
fn await_device(pcm: &PCM) -> Result<(), DeviceLost> {
    match pcm.wait(Some(STALLED.as_millis() as u32)) {
        Ok(true) | Err(_) => Ok(()),
        Ok(false) => Err(DeviceLost { errno: ETIMEDOUT }),
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

fn negotiate(pcm: &PCM, direction: Direction, rate: Rate) -> Result<(Encoding, u32, usize, usize), alsa::Error> {
    let (encoding, rate_hz, channels, period) = {
        let params = HwParams::any(pcm)?;
        params.set_access(Access::RWInterleaved)?;
        let encoding = Encoding::ALL.into_iter().find(|encoding| params.test_format(encoding.format()).is_ok());
        let encoding = encoding.unwrap_or(Encoding::S16);
        params.set_format(encoding.format())?;
        params.set_channels_near(1)?;
        // Our own conversion is better than that of ALSA's plug, so the hardware's rates come first.
        let _ = params.set_rate_resample(false);
        match rate {
            Rate::Exactly(rate_hz) => params.set_rate(rate_hz, ValueOr::Nearest)?,
            Rate::Near(wanted_hz) => {
                let mut rates = std::iter::once(wanted_hz).chain(COMMON_RATES_HZ);
                match rates.find(|rate_hz| params.test_rate(*rate_hz).is_ok()) {
                    Some(rate_hz) => params.set_rate(rate_hz, ValueOr::Nearest)?,
                    None => {
                        params.set_rate_near(wanted_hz, ValueOr::Nearest)?;
                    }
                }
            }
        }
        let rate_hz = params.get_rate()?;
        let wanted = frames_of_a_period(rate_hz);
        params.set_period_size_near(wanted, ValueOr::Nearest)?;
        params.set_buffer_size_near(wanted * buffer_periods(direction))?;
        pcm.hw_params(&params)?;
        (encoding, rate_hz, params.get_channels()? as usize, params.get_period_size()?)
    };
    // A device may insist on long periods; moving less at a time keeps pause and discard quick, and a read that waited for
    // all of one would never empty the buffer.
    let moved = period.clamp(1, frames_of_a_period(rate_hz).max(1));
    let software = pcm.sw_params_current()?;
    if direction == Direction::Playback {
        // With the first period: while idle the buffer never holds much more.
        software.set_start_threshold(period)?;
        software.set_avail_min(period)?;
    } else {
        software.set_avail_min(moved)?;
    }
    pcm.sw_params(&software)?;
    Ok((encoding, rate_hz, channels, moved as usize))
}

fn buffer_periods(direction: Direction) -> Frames {
    match direction {
        Direction::Playback => PLAYBACK_PERIODS,
        Direction::Capture => CAPTURE_PERIODS,
    }
}

fn frames_of_a_period(rate_hz: u32) -> Frames {
    Frames::from(rate_hz) * PERIOD.as_millis() as Frames / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_10_ms_and_playing_begins_with_the_first() {
        for (rate_hz, frames) in [(16_000, 160), (48_000, 480)] {
            for direction in [Direction::Playback, Direction::Capture] {
                let device = SoundDevice::open("null", direction, Rate::Near(rate_hz)).unwrap();
                let pcm = &device.pcm;
                assert_eq!((device.rate_hz, device.period_frames), (rate_hz, frames as usize));
                let hardware = pcm.hw_params_current().unwrap();
                assert_eq!(hardware.get_period_size().unwrap(), frames);
                assert_eq!(hardware.get_buffer_size().unwrap(), frames * buffer_periods(direction));
                let starts_at = pcm.sw_params_current().unwrap().get_start_threshold().unwrap();
                assert_eq!(starts_at == frames, direction == Direction::Playback, "{direction:?}: {starts_at}");
            }
        }
    }

    #[test]
    fn reading_and_writing_never_allocates() {
        let open = |direction| SoundDevice::open("null", direction, Rate::Near(48_000)).unwrap();
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
