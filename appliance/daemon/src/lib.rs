//! The Parley daemon: everything between the pure core, the engines and the sound card.

pub mod conductor;
pub mod config;
pub mod health;
pub mod listening;
pub mod machine;
pub mod rehearsal;
pub mod self_test;
pub mod session;
pub mod workers;
