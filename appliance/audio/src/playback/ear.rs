//! A loudspeaker and whoever listens to it, in a time of their own: a double for tests and simulations.

use std::collections::VecDeque;

use super::sink::{Sink, SinkFormat, Written};
use crate::device::{DeviceError, DeviceLost};

/// A sink that plays exactly as much as it is told.
#[derive(Debug)]
pub struct Ear {
    format: SinkFormat,
    /// What was written and has not been heard.
    pub pending: VecDeque<i16>,
    /// What was heard.
    pub heard: Vec<i16>,
    /// The next write finds the device gone, and what was pending with it.
    pub is_lost: bool,
    /// Times that it was told to fall silent.
    pub drops: usize,
}

impl Ear {
    /// An ear that has heard nothing.
    pub fn new(format: SinkFormat) -> Self {
        Self { format, pending: VecDeque::new(), heard: Vec::new(), is_lost: false, drops: 0 }
    }

    /// Hears so many frames, as far as they are there.
    pub fn listen(&mut self, frames: usize) {
        let frames = frames.min(self.pending.len());
        self.heard.extend(self.pending.drain(..frames));
    }
}

impl Sink for Ear {
    fn format(&self) -> SinkFormat {
        self.format
    }

    fn write(&mut self, period: &[i16]) -> Result<Written, DeviceLost> {
        if std::mem::take(&mut self.is_lost) {
            self.pending.clear();
            return Err(DeviceLost { errno: 19 });
        }
        self.pending.extend(period);
        Ok(Written::InTime)
    }

    fn delay_frames(&mut self) -> usize {
        self.pending.len()
    }

    fn drop_pending(&mut self) -> usize {
        self.drops += 1;
        let pending = self.pending.len();
        self.pending.clear();
        pending
    }

    fn reopen(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }
}
