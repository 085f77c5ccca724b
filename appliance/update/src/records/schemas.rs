//! Every kind of data that outlives a slot. History, timers and notes add their own with the features that write them.

use crate::records::data::Schema;

#[cfg(any(feature = "probe-schema-1", feature = "probe-schema-2"))]
mod probe;

/// No feature has data yet.
#[cfg(not(any(feature = "probe-schema-1", feature = "probe-schema-2")))]
pub const ALL: &[Schema] = &[];

/// What the virtual device migrates, while no feature has data of its own.
#[cfg(any(feature = "probe-schema-1", feature = "probe-schema-2"))]
pub const ALL: &[Schema] = &[probe::PROBE];
