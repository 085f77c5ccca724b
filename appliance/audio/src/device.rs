//! What can go wrong with a sound device, and how long to wait before it is tried again.

use std::io;
use std::time::Duration;

/// Why a sound device could not be used; with its name, and ALSA's own words where they tell more.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// No card, or no device of that name.
    #[error(
        "there is no sound device `{0}` ({1}). Plug it in, or name another one in the configuration: `parley check` \
         lists them"
    )]
    NotFound(String, String),
    /// This user has no permission for the files in /dev/snd.
    #[error(
        "this user may not open the sound device `{0}`. Add the user to the group `audio` \
         (`sudo usermod -aG audio USER`), then log in again or restart the service"
    )]
    Permission(String),
    /// No card can do it.
    #[error(
        "there is no sound card that {0}. Plug one in, or name a device in the configuration: `parley check` lists them"
    )]
    NoCard(&'static str),
    /// Another program has it.
    #[error(
        "the sound device `{0}` is in use by another program. Stop that program, or use a device that shares the \
         card: `default`, or `dsnoop:` and `dmix:` instead of `hw:`"
    )]
    Busy(String),
    /// It has none of our sample formats, rates and numbers of channels.
    #[error(
        "the sound device `{0}` cannot do this ({1}). Use `plughw:` instead of `hw:`, which converts, or another \
         device"
    )]
    Unsupported(String, String),
    /// The name cannot be a device's.
    #[error("`{0}` is not the name of a sound device. Use a name that `parley check` lists, such as `default`")]
    Name(String),
    /// It failed in another way.
    #[error("the sound device `{0}` failed ({1}). Check its cable and `dmesg`, then try again")]
    Failed(String, String),
    /// The audio thread could not be started.
    #[error("the audio thread could not be started: {0}. Free memory, or raise the limit on threads")]
    Thread(#[source] io::Error),
    /// The device runs at a rate that cannot be converted.
    #[error(transparent)]
    Resample(#[from] crate::resample::ResampleError),
}

/// The device went away while it was in use: unplugged, or its driver failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sound device went away: {}", io::Error::from_raw_os_error(*errno))]
pub struct DeviceLost {
    /// The system's error number.
    pub errno: i32,
}

impl DeviceLost {
    /// It has not been there yet, or is not back.
    pub(crate) const ABSENT: Self = Self { errno: libc::ENODEV };
}

/// First pause before a lost device is opened again.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Longest pause: a replugged device is heard again within this time, and a missing one costs next to nothing.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// Growing pauses before each attempt, up to a bound.
pub(crate) fn pauses() -> impl Iterator<Item = Duration> {
    std::iter::successors(Some(FIRST_PAUSE), |pause| Some((*pause * 2).min(LONGEST_PAUSE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_their_bound() {
        let pauses: Vec<u128> = pauses().map(|pause| pause.as_millis()).take(7).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1_600, 2_000, 2_000]);
    }
}
