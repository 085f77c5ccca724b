//! The Parley daemon: everything between the pure core, the engines and the sound card.

pub mod conductor;
pub mod config;
pub mod listening;
pub mod machine;
pub mod measurements;
pub mod recorded;
pub mod self_test;
pub mod session;
pub mod watchdog;
pub mod workers;
