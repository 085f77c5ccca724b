//! Where the microphone's sound comes from.

use crate::device::{DeviceError, DeviceLost};

/// How a source delivers its sound: interleaved 16-bit frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceFormat {
    /// Frames per second.
    pub rate_hz: u32,
    /// Samples per frame.
    pub channels: usize,
    /// The most frames that one read delivers.
    pub period_frames: usize,
}

/// What a read took from the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Captured {
    /// Whole frames at the start of the buffer; 0 after an overrun.
    pub frames: usize,
    /// The device had run over before: sound is missing before these frames.
    pub after_overrun: bool,
}

/// A device that records, in real time. Of its methods only [`Source::reopen`] may allocate; a double may.
pub trait Source: Send {
    /// The format of every read, until the device is opened again.
    fn format(&self) -> SourceFormat;

    /// Which channel is heard, from 1; none: those that carry sound.
    fn channel(&self) -> Option<usize> {
        None
    }

    /// Waits for the next period and reads it.
    ///
    /// # Errors
    /// The device is gone.
    fn read(&mut self, interleaved: &mut [i16]) -> Result<Captured, DeviceLost>;

    /// Lets go of the device: from now on nothing is heard, until it is opened again. One that has no device goes on as it is.
    fn close(&mut self) {}

    /// Opens the device again after it was lost or closed.
    ///
    /// # Errors
    /// It is still gone.
    fn reopen(&mut self) -> Result<(), DeviceError>;
}
