//! Whether the daemon is well, for the service manager, for the update's gate and for probation.

pub mod echo_days;
mod echo_watch;
pub mod figures;
pub mod flight_recorder;
mod pulse;
mod record;
pub mod wakes;
pub mod watchdog;

pub use echo_watch::{EchoWatch, WhichPlace};
pub use flight_recorder::FlightRecorder;
pub use pulse::Pulse;
pub use record::{SoundPart, SoundPath, Trouble, Troubles, watch};
