//! Where the renderer's periods go.

use crate::device::{DeviceError, DeviceLost};

/// How a sink wants its sound: mono, in periods of a fixed length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SinkFormat {
    /// Frames per second.
    pub rate_hz: u32,
    /// Frames per write.
    pub period_frames: usize,
}

/// How a write went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// The device had not run empty.
    InTime,
    /// The device had run empty before; the period was written all the same.
    AfterUnderrun,
}

/// A device that plays, in real time. Of its methods only [`Sink::reopen`] may allocate; a double may.
pub trait Sink: Send {
    /// The format of every write; stays the same when the device is opened again.
    fn format(&self) -> SinkFormat;

    /// Writes one period, and waits until the device has taken it.
    ///
    /// # Errors
    /// The device is gone.
    fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost>;

    /// Frames that were written and have not been heard; 0 where the device cannot tell.
    fn delay_frames(&mut self) -> usize;

    /// Falls silent at once, and tells how many of the last written frames are thereby never heard.
    fn drop_pending(&mut self) -> usize;

    /// Opens the device again after it was lost.
    ///
    /// # Errors
    /// It is still gone.
    fn reopen(&mut self) -> Result<(), DeviceError>;
}
