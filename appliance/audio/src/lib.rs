//! Sound devices: the microphone, the loudspeaker, and the files that stand in for them.
//!
//! Terms: a **source** is where sound comes from ([`capture::Source`]), a **sink** where it goes ([`playback::Sink`]);
//! a **period** is the block that one call moves, 10 ms; a **frame** of a device is one sample of every channel, while
//! a [`capture::Frame`] is the 20 ms of mono sound that listening works on; a **feed** is one of the sounds
//! that the [`playback::Mixer`] adds up; a **stream** is what it plays between two discards, known by its
//! [`playback::StreamId`].
//!
//! Rules:
//! - The two audio threads never allocate, lock, log or await after start. Opening a lost device again is the
//!   exception: then there is no sound to be late for. The doubles ([`capture::QueueSource`],
//!   [`playback::RecordingSink`]) lock.
//! - Microphone ring (2 s) and tap (1 s): the newest is dropped and counted. Ring of a feed (400 ms): it takes what fits.
//! - What was heard is what was written less the device's delay; a pause drops that delay at once, and a resume plays
//!   it again.
//! - Nothing of a discarded stream is heard after the period that is being written.

pub mod capture;
pub mod cards;
mod counter;
pub mod device;
pub mod devices;
mod encoding;
mod memory;
mod pcm;
pub mod playback;
mod real_time;
pub mod resample;
pub mod sample;
mod sound_devices;
pub mod wav;

pub use counter::{Counter, Flag};
pub use device::{DeviceError, DeviceLost};
pub use memory::lock_memory;
pub use sound_devices::{AUTO, SoundDevices};

#[cfg(test)]
mod counting_allocator;
