//! Every kind of data that outlives a slot. History, timers and notes add their own with the features that write them.

use parley_update::data::Schema;

/// All of them.
pub const ALL: &[Schema] = &[];
