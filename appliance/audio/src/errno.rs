//! Linux's error numbers that ALSA gives.

/// Interrupted by a signal.
pub(crate) const EINTR: i32 = 4;
/// The device broke.
pub(crate) const EIO: i32 = 5;
/// There is no such device behind the file.
pub(crate) const ENXIO: i32 = 6;
/// Nothing was moved; try again.
pub(crate) const EAGAIN: i32 = 11;
/// Not permitted to this user.
pub(crate) const EACCES: i32 = 13;
/// Not permitted to this process.
pub(crate) const EPERM: i32 = 1;
/// No such file, or no such name in ALSA's configuration.
pub(crate) const ENOENT: i32 = 2;
/// Somebody else has it.
pub(crate) const EBUSY: i32 = 16;
/// The device is gone.
pub(crate) const ENODEV: i32 = 19;
/// No such format.
pub(crate) const EINVAL: i32 = 22;
/// The device ran over or empty.
pub(crate) const EPIPE: i32 = 32;
/// The machine slept.
pub(crate) const ESTRPIPE: i32 = 86;
