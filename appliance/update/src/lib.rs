//! Updates that cannot brick.
//!
//! What decides is pure ([`autoboot`], [`complete`], [`starts`], [`state`]); what acts is beside it.

pub mod autoboot;
pub mod complete;
pub mod fat;
pub mod layout;
pub mod slot;
pub mod starts;
